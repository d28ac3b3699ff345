import { isSuccess } from './node-invocations.js';
import type { NodeView } from './node-view.js';
import { quantile } from './quantile.js';
import type { Span } from './spans.js';

/** Of the invocations of a function that succeeded and started in one of the windows; windows don't overlap. */
export function latencyOf(
  { invocations, weights }: Pick<NodeView, 'invocations' | 'weights'>,
  name: string,
  windows: readonly Span[],
): { p50: number; p95: number; p99: number } {
  const { functions, functionIndex, nodeIndex, startUs, endUs, status } = invocations;
  const inOrder = [...windows].sort((a, b) => a.startUs - b.startUs);
  const seconds = new Float64Array(startUs.length);
  let found = 0;
  let w = 0;
  for (let row = 0; row < startUs.length; row++) {
    const start = startUs[row]!;
    while (w < inOrder.length && start >= inOrder[w]!.endUs) w++;
    if (w === inOrder.length) break;
    if (start < inOrder[w]!.startUs || !isSuccess(status[row]!)) continue;
    const f = functionIndex[row]!;
    if (functions[f] !== name || weights[nodeIndex[row]! * functions.length + f] === 0) continue;
    seconds[found++] = (endUs[row]! - start) / 1e6;
  }
  const sorted = seconds.subarray(0, found).sort();
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) };
}
