import type { Invocations } from './input.js';
import { isSuccess, shareIn } from './node-invocations.js';
import type { Span } from './spans.js';

/** What a function did on a node, by window: arrays as long as there are windows. */
export interface Activity {
  function: string;
  /** Of invocations that succeeded; those at a window's edges by the share of their time in it. */
  count: Float64Array;
  /** Time in flight of all that ran, whatever came of it. */
  busySeconds: Float64Array;
  /** Bytes moved, where known; by share as above. */
  bytes: Float64Array;
  /** Whole invocations, where they begin. */
  succeeded: Float64Array;
  /** All that did not succeed, refused ones too. */
  failed: Float64Array;
  /** Turned away before a replica ran: 429 and 503. */
  refused: Float64Array;
}

/** Turned away by the platform: too many requests, service unavailable (RFC 6585, 4; RFC 9110, 15.6.4). */
export function isRefused(status: number): boolean {
  return status === 429 || status === 503;
}

/**
 * One pass over the invocations.
 * @param invocations - by the time they start
 * @param weights - of nodeWeights
 * @param windows - may overlap
 * @returns one for each function, in the order of `invocations.functions`
 */
export function activitiesIn(
  invocations: Invocations,
  weights: Float64Array,
  windows: readonly Span[],
): Activity[] {
  const { functions, functionIndex, nodeIndex, startUs, endUs, status, bytes } = invocations;
  const order = [...windows.keys()].sort((a, b) => windows[a]!.startUs - windows[b]!.startUs);
  const inOrder = order.map((i) => windows[i]!);
  /** The latest end so far: windows before it that end earlier are past. */
  const ends = new Float64Array(inOrder.length);
  inOrder.forEach((each, i) => (ends[i] = Math.max(each.endUs, ends[i - 1] ?? -Infinity)));
  const activities = functions.map((name) => emptyActivity(name, windows.length));
  let first = 0;
  for (let row = 0; row < startUs.length; row++) {
    const f = functionIndex[row]!;
    const weight = weights[nodeIndex[row]! * functions.length + f]!;
    if (weight === 0) continue;
    const [start, end, code] = [startUs[row]!, endUs[row]!, status[row]!];
    while (first < ends.length && ends[first]! <= start) first++;
    const succeeded = isSuccess(code);
    const refused = isRefused(code);
    const into = activities[f]!;
    for (let i = first; i < inOrder.length; i++) {
      const window = inOrder[i]!;
      if (window.startUs > end) break;
      const w = order[i]!;
      const share = weight * shareIn(start, end, window);
      if (succeeded) into.count[w]! += share;
      if (!refused) {
        into.busySeconds[w]! += (share * (end - start)) / 1e6;
        if (bytes) into.bytes[w]! += share * bytes[row]!;
      }
      if (start < window.startUs || start >= window.endUs) continue;
      if (succeeded) into.succeeded[w]! += weight;
      else into.failed[w]! += weight;
      if (refused) into.refused[w]! += weight;
    }
  }
  return activities;
}

function emptyActivity(name: string, length: number): Activity {
  return {
    function: name,
    count: new Float64Array(length),
    busySeconds: new Float64Array(length),
    bytes: new Float64Array(length),
    succeeded: new Float64Array(length),
    failed: new Float64Array(length),
    refused: new Float64Array(length),
  };
}

/** The sum of a column over chosen windows; all of them without a choice. */
export function totalOf(column: Float64Array, windows?: readonly number[]): number {
  if (!windows) return column.reduce((sum, value) => sum + value, 0);
  return windows.reduce((sum, w) => sum + column[w]!, 0);
}
