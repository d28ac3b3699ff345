import type { Feature } from './features.js';
import type { CpuParts, LoadRow } from './load-effect.js';
import { linearColumns } from './load-model.js';
import { nonNegativeFit } from './nnls.js';

/**
 * Bytes tell what an invocation costs only so well: what they scatter by themselves flattens a slope on them, and with it
 * the mean (errors in variables; Fuller, Measurement Error Models, 1987, 1.1). So where bytes are a function's feature, its
 * column becomes the blend of its bytes and its invocations that explains energy best (regression calibration: Carroll et
 * al., Measurement Error in Nonlinear Models, 2006, 4). Sums of columns stay as they are.
 * @param counts - invocations, by function, then row
 */
export function withCountedBytes(
  rows: readonly LoadRow[],
  features: readonly Feature[],
  counts: readonly ArrayLike<number>[],
  cpuParts: CpuParts,
): LoadRow[] {
  const byBytes = features.flatMap((feature, f) => (feature === 'bytes' ? [f] : []));
  if (byBytes.length === 0) return [...rows];
  const factors = nonNegativeFit(
    [...linearColumns(rows, cpuParts), ...byBytes.map((f) => counts[f]!)],
    rows.map(({ joules }) => joules),
    rows.map(({ weight }) => weight),
  );
  const blended = rows.map(({ feature }) => [...feature]);
  byBytes.forEach((f, k) => {
    const [byByte, each] = [factors[f]!, factors[features.length + k]!];
    const blend = rows.map(({ feature }, i) => byByte * feature[f]! + each * counts[f]![i]!);
    const sum = (of: readonly number[]) => of.reduce((all, value) => all + value, 0);
    const unit = sum(rows.map(({ feature }) => feature[f]!)) / sum(blend);
    if (!Number.isFinite(unit)) return;
    blend.forEach((value, i) => (blended[i]![f] = value * unit));
  });
  return rows.map((row, i) => ({
    ...row,
    feature: blended[i]!,
    intensity: row.intensity.map((each, f) =>
      features[f] === 'bytes' && each !== 0 ? blended[i]![f]! / row.busySeconds[f]! : each,
    ),
  }));
}
