import { coverage95, mean } from './uncertainty.js';

/**
 * The 95 % interval of mean(y) / mean(x), from pairs (Fieller, J. Roy. Stat. Soc. B 16, 1954): all ratios r for which the
 * mean of y − r·x is not significantly different from 0. Ratios below 0 are left out.
 * @returns `high` is null where x can't be told from 0: then any ratio from `low` on may be it
 */
export function ratioInterval(
  y: readonly number[],
  x: readonly number[],
): { low: number; high: number | null } {
  const n = x.length;
  const [my, mx] = [mean(y), mean(x)];
  const t2 = coverage95(n - 1) ** 2;
  const covariance = (a: readonly number[], ma: number, b: readonly number[], mb: number) =>
    a.reduce((sum, value, i) => sum + (value - ma) * (b[i]! - mb), 0) / (n - 1) / n;
  // a·r² − 2·b·r + c ≤ 0
  const a = mx ** 2 - t2 * covariance(x, mx, x, mx);
  const b = mx * my - t2 * covariance(x, mx, y, my);
  const c = my ** 2 - t2 * covariance(y, my, y, my);
  const root = Math.sqrt(Math.max(0, b ** 2 - a * c));
  if (a > 0) return { low: Math.max(0, (b - root) / a), high: Math.max(0, (b + root) / a) };
  return { low: c <= 0 ? 0 : Math.max(0, c / (b + root)), high: null };
}
