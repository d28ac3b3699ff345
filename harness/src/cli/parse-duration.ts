import { UsageError } from '../errors.js';

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600 };

/** Seconds from such as `90s`, `5m`, `1h30m`. @throws UsageError naming the flag */
export function parseDuration(flag: string, text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  const seconds = parts.reduce((sum, [, n, unit]) => sum + Number(n) * SECONDS[unit!]!, 0);
  if (parts.map(([part]) => part).join('') === text && seconds > 0) return seconds;
  throw new UsageError(
    'FLAG_VALUE',
    `--${flag} takes a duration, not '${text}'.`,
    `Such as --${flag} 5m`,
  );
}
