import type { Invocations } from './input.js';

/** Moves per row that insertion may take before a sort is cheaper. */
const MOVES_PER_ROW = 32;

/**
 * In the order of their start; those that start together by their end, function, node and status, so that the order
 * of rows in a file means nothing. Load generators write them as they end: nearly sorted.
 */
export function sortedByStart(invocations: Invocations): Invocations {
  const { startUs } = invocations;
  let i = 1;
  while (i < startUs.length && startUs[i - 1]! < startUs[i]!) i++;
  if (i >= startUs.length) return invocations;
  const order = orderOf(invocations);
  return {
    ...invocations,
    functionIndex: permuted(invocations.functionIndex, order),
    nodeIndex: permuted(invocations.nodeIndex, order),
    startUs: permuted(startUs, order),
    endUs: permuted(invocations.endUs, order),
    status: permuted(invocations.status, order),
    ...(invocations.bytes ? { bytes: permuted(invocations.bytes, order) } : {}),
  };
}

function orderOf(rows: Invocations): Uint32Array {
  const { startUs } = rows;
  const order = new Uint32Array(startUs.length);
  let moves = MOVES_PER_ROW * startUs.length;
  for (let i = 1; i < order.length; i++) {
    let at = i;
    while (at > 0 && isAfter(rows, order[at - 1]!, i)) {
      order[at] = order[at - 1]!;
      at--;
    }
    order[at] = i;
    moves -= i - at;
    if (moves < 0) {
      for (let rest = i + 1; rest < order.length; rest++) order[rest] = rest;
      return order.sort((a, b) => (isAfter(rows, a, b) ? 1 : isAfter(rows, b, a) ? -1 : 0));
    }
  }
  return order;
}

function isAfter(rows: Invocations, a: number, b: number): boolean {
  const { startUs, endUs, functions, functionIndex, nodes, nodeIndex, status } = rows;
  if (startUs[a] !== startUs[b]) return startUs[a]! > startUs[b]!;
  if (endUs[a] !== endUs[b]) return endUs[a]! > endUs[b]!;
  const [nameA, nameB] = [functions[functionIndex[a]!]!, functions[functionIndex[b]!]!];
  if (nameA !== nameB) return nameA > nameB;
  const [nodeA, nodeB] = [nodes[nodeIndex[a]!]!, nodes[nodeIndex[b]!]!];
  return nodeA === nodeB ? status[a]! > status[b]! : nodeA > nodeB;
}

function permuted<T extends Float64Array | Uint16Array>(column: T, order: Uint32Array): T {
  const moved = column.slice() as T;
  for (let i = 0; i < order.length; i++) moved[i] = column[order[i]!]!;
  return moved;
}
