import type { Invocations } from './input.js';
import type { Span } from './spans.js';

/**
 * The time a node had requests in flight, with a margin around each; merged, in order.
 * @param invocations - by the time they start
 * @param weights - of nodeWeights
 */
export function busySpans(
  { functions, functionIndex, nodeIndex, startUs, endUs }: Invocations,
  weights: Float64Array,
  margin: { beforeUs: number; afterUs: number },
): Span[] {
  const spans: Span[] = [];
  let last: Span | undefined;
  for (let row = 0; row < startUs.length; row++) {
    if (weights[nodeIndex[row]! * functions.length + functionIndex[row]!] === 0) continue;
    const fromUs = startUs[row]! - margin.beforeUs;
    const untilUs = endUs[row]! + margin.afterUs;
    if (last && fromUs <= last.endUs) {
      if (untilUs > last.endUs) last.endUs = untilUs;
    } else spans.push((last = { startUs: fromUs, endUs: untilUs }));
  }
  return spans;
}
