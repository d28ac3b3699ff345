import { scaleToZero } from '../openfaas/scale-to-zero.js';
import type { Measurement } from './measurement.js';
import { planTurns } from './plan.js';
import type { Sequence } from './sequence.js';

/**
 * Cold starts: for each repetition of each function rest without a replica, a first request, rest with the warm replica, the
 * same request again, and the replica is taken away.
 */
export async function measureCold(m: Measurement, sequence: Sequence): Promise<void> {
  const { options, target, signal } = m;
  const { functions, repetitions, idleSeconds, settleSeconds } = options;
  const toZero = (name: string) =>
    target.scaleToZero?.(name, signal) ?? scaleToZero(target.gateway, name, signal);
  for (const name of functions) await toZero(name);
  await sequence.idle(0);
  const turns = planTurns(functions, repetitions, options.seed);
  for (const [index, { repetition, function: name }] of turns.entries()) {
    const what = `${index + 1}/${turns.length} ${name}`;
    await sequence.rest('settle', repetition, settleSeconds);
    await sequence.rest('idle', repetition, idleSeconds, name);
    await sequence.request('cold', repetition, name, what);
    await sequence.rest('warm', repetition, idleSeconds, name);
    await sequence.request('load', repetition, name, what);
    await toZero(name);
  }
  await sequence.idle(repetitions + 1);
}
