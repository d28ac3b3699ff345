import { riseIn } from '../../attribution/cumulative.js';
import { secondsOf } from '../../attribution/spans.js';
import { cpuRate, FUNCTION_ENTITY, type Peer, perInvocation, piecesOf } from './peer.js';

/** Its default interval between two readings. */
const INTERVAL_SECONDS = 5;

/**
 * Kepler's (0.10 and later): of an interval's energy, the node's CPU usage is active and the rest idle;
 * a container gets the share of active energy that its CPU time has in the node's.
 */
export const kepler: Peer = (input) => {
  const { samples, cpu, cores } = input;
  const joules = new Map<string, number>();
  for (const interval of piecesOf(samples, INTERVAL_SECONDS)) {
    const seconds = secondsOf(interval);
    const energy = riseIn(samples.timeUs, samples.energyJoules, interval);
    const used = cpu.map((entity) => cpuRate(entity, interval) * seconds);
    const node = used.reduce((sum, each) => sum + each, 0);
    const active = energy * Math.min(1, node / (cores * seconds));
    cpu.forEach(({ entity }, i) => {
      if (!entity.startsWith(FUNCTION_ENTITY) || node === 0) return;
      const name = entity.slice(FUNCTION_ENTITY.length);
      joules.set(name, (joules.get(name) ?? 0) + (active * used[i]!) / node);
    });
  }
  return perInvocation(joules, input);
};
