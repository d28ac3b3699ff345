import type { Interval } from '../attribution/result.js';

const PREFIXES: [number, string][] = [
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
];

/** Digits that a value of this uncertainty deserves: two of the uncertainty's own (GUM, 7.2.6). */
function decimalsFor(uncertainty: number): number {
  if (!(uncertainty > 0) || !Number.isFinite(uncertainty)) return 4;
  return Math.max(0, 1 - Math.floor(Math.log10(uncertainty)));
}

function prefixFor(value: number): [number, string] {
  const size = Math.abs(value);
  return PREFIXES.find(([factor]) => size >= factor) ?? (size === 0 ? [1, ''] : PREFIXES.at(-1)!);
}

/** Such as `12.34 mJ`: `digits` that count, with an SI prefix. */
export function quantity(value: number, unit: string, digits = 3): string {
  if (!Number.isFinite(value)) return `– ${unit}`;
  const [factor, prefix] = prefixFor(value);
  return `${plain(value / factor, digits)} ${prefix}${unit}`;
}

/** Such as `12.34 mJ  [12.10, 12.58]`: as many digits as the interval is worth. */
export function withInterval(value: number, { low, high }: Interval, unit: string): string {
  const [factor, prefix] = prefixFor(Math.abs(value) > (high - low) / 20 ? value : high);
  const decimals = Math.min(9, decimalsFor((high - low) / 4 / factor));
  const show = (number: number) =>
    (number / factor).toFixed(decimals).replace(/^-(0(\.0*)?)$/, '$1');
  return `${show(value)} ${prefix}${unit}  [${show(low)}, ${show(high)}]`;
}

/** Half the interval's width as a share of the value, such as `± 1.2 %`. */
export function relativeHalfWidth(value: number, { low, high }: Interval): string {
  const share = Math.abs((high - low) / 2 / value);
  return Number.isFinite(share) ? `± ${plain(share * 100, 2)} %` : '';
}

/** Such as `+0.8 %`. */
export function relativeError(value: number, truth: number): string {
  const percent = (value / truth - 1) * 100;
  return Number.isFinite(percent)
    ? `${percent >= 0 ? '+' : '−'}${plain(Math.abs(percent), 2)} %`
    : '–';
}

/** A number with `digits` that count and no exponent. */
export function plain(value: number, digits: number): string {
  if (value === 0) return '0';
  const decimals = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(9, Math.max(0, decimals)));
}
