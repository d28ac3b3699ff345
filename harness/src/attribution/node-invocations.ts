import type { Invocations } from './input.js';
import type { Span } from './spans.js';

/** One function's invocations on one node, in columns. */
export interface FunctionInvocations {
  function: string;
  startUs: Float64Array;
  endUs: Float64Array;
  status: Uint16Array;
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** The invocations of a node, by function in the order of their names. */
export function invocationsOf(
  { functions, nodes, functionIndex, nodeIndex, startUs, endUs, status }: Invocations,
  node: string,
): FunctionInvocations[] {
  const rows = functions.map((): number[] => []);
  for (let i = 0; i < startUs.length; i++) {
    if (nodes[nodeIndex[i]!] === node) rows[functionIndex[i]!]!.push(i);
  }
  return functions
    .map((name, index) => ({
      function: name,
      startUs: Float64Array.from(rows[index]!, (i) => startUs[i]!),
      endUs: Float64Array.from(rows[index]!, (i) => endUs[i]!),
      status: Uint16Array.from(rows[index]!, (i) => status[i]!),
    }))
    .sort((a, b) => (a.function < b.function ? -1 : 1));
}

/**
 * The share of an invocation's time that lies in a window: 1 within, 0 outside, between at its edges. An
 * invocation without duration counts where it starts.
 */
export function shareIn(startUs: number, endUs: number, window: Span): number {
  if (endUs <= window.startUs || startUs >= window.endUs) {
    return startUs === endUs && startUs === window.startUs ? 1 : 0;
  }
  if (startUs === endUs) return 1;
  const inside = Math.min(endUs, window.endUs) - Math.max(startUs, window.startUs);
  return inside / (endUs - startUs);
}

/** How many of the invocations that succeeded a window holds, those at its edges by their share. */
export function countIn({ startUs, endUs, status }: FunctionInvocations, window: Span): number {
  let count = 0;
  for (let i = 0; i < startUs.length; i++) {
    if (isSuccess(status[i]!)) count += shareIn(startUs[i]!, endUs[i]!, window);
  }
  return count;
}
