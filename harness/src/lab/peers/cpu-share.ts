import { riseIn } from '../../attribution/cumulative.js';
import { cpuRate, FUNCTION_ENTITY, type Peer, perInvocation, piecesOf } from './peer.js';

/**
 * The first generation's: each minute, a container gets the share of the node's whole energy that its CPU
 * rate has in the rate of all containers. Idle is charged to whoever runs. (That ended in ampere-seconds;
 * here it is given the meter's joules.)
 */
export const cpuShare: Peer = (input) => {
  const { samples, cpu } = input;
  const joules = new Map<string, number>();
  for (const minute of piecesOf(samples, 60)) {
    const charge = riseIn(samples.timeUs, samples.energyJoules, minute);
    const rates = cpu.map((entity) => cpuRate(entity, minute));
    const all = rates.reduce((sum, rate) => sum + rate, 0);
    cpu.forEach(({ entity }, i) => {
      if (!entity.startsWith(FUNCTION_ENTITY) || all === 0) return;
      const name = entity.slice(FUNCTION_ENTITY.length);
      joules.set(name, (joules.get(name) ?? 0) + (charge * rates[i]!) / all);
    });
  }
  return perInvocation(joules, input);
};
