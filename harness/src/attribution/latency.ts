import { type FunctionInvocations, isSuccess } from './node-invocations.js';
import { quantile } from './quantile.js';
import { type Span } from './spans.js';

/** Of the invocations that succeeded and started in one of the windows; windows don't overlap. */
export function latencyOf(
  { startUs, endUs, status }: FunctionInvocations,
  windows: readonly Span[],
): { p50: number; p95: number; p99: number } {
  const seconds = Float64Array.from(
    [...startUs.keys()].filter(
      (i) =>
        isSuccess(status[i]!) &&
        windows.some((window) => startUs[i]! >= window.startUs && startUs[i]! < window.endUs),
    ),
    (i) => (endUs[i]! - startUs[i]!) / 1e6,
  ).sort();
  return {
    p50: quantile(seconds, 0.5),
    p95: quantile(seconds, 0.95),
    p99: quantile(seconds, 0.99),
  };
}
