import { mersenne } from 'pure-rand/generator/mersenne';
import type { AttributionInput, Phase, PhaseName } from './input.js';

/** What a drawn run of cold starts is made from; for tests. */
export interface ColdRun {
  cycles: number;
  seed: number;
  startJoules: number;
  startSeconds: number;
  warmRequestJoules: number;
  idleWatts: number;
  /** What an idle replica adds. */
  keepWatts: number;
  /** Of power, from half a second to the next. */
  noiseWatts: number;
  /** Of a start's energy, relative. */
  scatter: number;
}

export const TYPICAL_COLD: ColdRun = {
  cycles: 6,
  seed: 1,
  startJoules: 1.5,
  startSeconds: 0.5,
  warmRequestJoules: 0.05,
  idleWatts: 2,
  keepWatts: 0.02,
  noiseWatts: 0.005,
  scatter: 0.05,
};

const STEP_SECONDS = 0.5;
const [SETTLE, REST, LEAD, TAIL] = [1, 6, 1, 2];

/** Rest, cold start, rest with the replica, warm request, as `bench --cold` does. */
export function syntheticColdRun(run: ColdRun): AttributionInput {
  const gaussian = normal(run.seed);
  const times = [0];
  const energies = [0];
  const phases: Phase[] = [];
  const requests: [startUs: number, endUs: number][] = [];
  let [now, energy] = [0, 0];
  const spend = (seconds: number, watts: number, joules = 0) => {
    const steps = Math.round(seconds / STEP_SECONDS);
    for (let i = 0; i < steps; i++) {
      now += STEP_SECONDS;
      energy += STEP_SECONDS * (watts + run.noiseWatts * gaussian()) + joules / steps;
      times.push(now * 1e6);
      energies.push(energy);
    }
  };
  const phase = (name: PhaseName, repetition: number, body: () => void) => {
    const startUs = now * 1e6;
    body();
    phases.push({ phase: name, repetition, startUs, endUs: now * 1e6, function: 'f' });
  };
  const request = (seconds: number, joules: number, before: number, after: number) => {
    spend(LEAD, before);
    requests.push([now * 1e6, (now + seconds) * 1e6]);
    spend(seconds, before, joules * (1 + run.scatter * gaussian()));
    spend(TAIL, after);
  };
  const warmWatts = run.idleWatts + run.keepWatts;
  for (let repetition = 1; repetition <= run.cycles; repetition++) {
    phase('settle', repetition, () => spend(SETTLE, run.idleWatts));
    phase('idle', repetition, () => spend(REST, run.idleWatts));
    phase('cold', repetition, () =>
      request(run.startSeconds, run.startJoules, run.idleWatts, warmWatts),
    );
    phase('warm', repetition, () => spend(REST, warmWatts));
    phase('load', repetition, () =>
      request(STEP_SECONDS, run.warmRequestJoules, warmWatts, warmWatts),
    );
  }
  const ones = new Uint16Array(requests.length);
  return {
    samples: [
      {
        node: 'node',
        timeUs: Float64Array.from(times),
        energyJoules: Float64Array.from(energies),
      },
    ],
    phases,
    invocations: {
      functions: ['f'],
      nodes: ['node'],
      functionIndex: ones,
      nodeIndex: ones,
      startUs: Float64Array.from(requests, ([startUs]) => startUs),
      endUs: Float64Array.from(requests, ([, endUs]) => endUs),
      status: new Uint16Array(requests.length).fill(200),
    },
    cpu: [],
    sensor: { gainRatio: 0, offsetWatts: 0, clockSeconds: 0 },
  };
}

/** Box and Muller, from a seed. */
function normal(seed: number): () => number {
  const random = mersenne(seed);
  const uniform = () => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
