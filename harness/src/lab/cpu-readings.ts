import { cumulativeAt } from '../attribution/cumulative.js';
import type { EntityCpu } from '../attribution/input.js';
import type { Draws } from './draws.js';
import type { NodeHistory } from './node-history.js';
import type { LabNode, Scenario } from './scenario.js';

/**
 * CPU time as accounting tells it: each entity read by itself, at jittered intervals (cAdvisor's
 * housekeeping: 10 to 15 s).
 */
export function readCpu(
  node: LabNode,
  { functions, cpuEverySeconds: [shortest, longest] }: Scenario,
  { timeUs, cpuSeconds }: NodeHistory,
  draws: Draws,
): EntityCpu[] {
  const entities = [...functions.map(({ name }) => `function:${name}`), 'platform'];
  if (node.background) entities.push('other');
  const last = timeUs[timeUs.length - 1]!;
  return entities.map((entity, e) => {
    const times: number[] = [];
    let t = timeUs[0]! + draws.uniform(0, longest) * 1e6;
    for (; t < last; t += draws.uniform(shortest, longest) * 1e6) times.push(Math.round(t));
    return {
      node: node.name,
      entity,
      timeUs: Float64Array.from(times),
      cpuSeconds: Float64Array.from(times, (at) => cumulativeAt(timeUs, cpuSeconds[e]!, at)),
    };
  });
}
