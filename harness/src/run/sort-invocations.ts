import { type Invocations } from '../attribution/input.js';

/** In the order of their start; those that start together stay in theirs. Load generators write them as they end. */
export function sortedByStart(invocations: Invocations): Invocations {
  const { startUs } = invocations;
  if (startUs.every((start, i) => i === 0 || startUs[i - 1]! <= start)) return invocations;
  const order = Uint32Array.from(startUs.keys()).sort((a, b) => startUs[a]! - startUs[b]! || a - b);
  const numbers = (column: Float64Array) => Float64Array.from(order, (i) => column[i]!);
  const codes = (column: Uint16Array) => Uint16Array.from(order, (i) => column[i]!);
  return {
    ...invocations,
    functionIndex: codes(invocations.functionIndex),
    nodeIndex: codes(invocations.nodeIndex),
    startUs: numbers(startUs),
    endUs: numbers(invocations.endUs),
    status: codes(invocations.status),
  };
}
