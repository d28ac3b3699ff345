import { riseIn } from './cumulative.js';
import type { AttributionInput, EntityCpu } from './input.js';

/** How a load balancer's view names the node of an invocation: not at all. */
export const UNKNOWN_NODE = '';

/**
 * Which part of an invocation's work a node did, by `nodeIndex * functions + functionIndex`: all of its own, none of
 * another's, and of those whose node nobody knows the node's share of the CPU time of that function's replicas.
 */
export function nodeWeights({ invocations, cpu }: AttributionInput, node: string): Float64Array {
  const { functions, nodes } = invocations;
  const weights = new Float64Array(functions.length * nodes.length);
  nodes.forEach((name, n) => {
    functions.forEach((of, f) => {
      const at = n * functions.length + f;
      if (name === node) weights[at] = 1;
      else if (name === UNKNOWN_NODE) weights[at] = cpuShare(cpu, of, node);
    });
  });
  return weights;
}

/** Of the replicas of a function, the share of CPU time on a node; 0 where none is known. */
export function cpuShare(cpu: readonly EntityCpu[], name: string, node: string): number {
  let [own, all] = [0, 0];
  for (const { entity, node: on, timeUs, cpuSeconds } of cpu) {
    if (entity !== `function:${name}` || timeUs.length === 0) continue;
    const span = { startUs: timeUs[0]!, endUs: timeUs[timeUs.length - 1]! };
    const used = riseIn(timeUs, cpuSeconds, span);
    all += used;
    if (on === node) own += used;
  }
  return all > 0 ? own / all : 0;
}
