import { mersenne } from 'pure-rand/generator/mersenne';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { AttributionInput, Phase } from './input.js';

/** A node, a function and a plan whose true figures are known. */
export interface SyntheticRun {
  seed: number;
  idleWatts: number;
  joulesPerInvocation: number;
  /** Of a repetition's own figure, relative: what differs from one to the next. */
  repetitionScatter: number;
  /** Standard deviation of a sample's power. */
  noiseWatts: number;
  /** The meter reads this factor of the truth. */
  gain: number;
  ratePerSecond: number;
  seconds: number;
  repetitions: number;
  idleSeconds: number;
  loadSeconds: number;
  sampleSeconds: number;
}

export const TYPICAL: SyntheticRun = {
  seed: 1,
  idleWatts: 2,
  joulesPerInvocation: 0.05,
  repetitionScatter: 0.01,
  noiseWatts: 0.002,
  gain: 1,
  ratePerSecond: 20,
  seconds: 0.015,
  repetitions: 6,
  idleSeconds: 10,
  loadSeconds: 8,
  sampleSeconds: 0.1,
};

const WARMUP_SECONDS = 1;
const SETTLE_SECONDS = 1.5;
/** Load goes on after the window, as in a bench: a sample's interval must not straddle load and idle. */
const TAIL_SECONDS = 0.4;
const START_US = 1_795_435_200_000_000;

/** Draws a run: invocations at a steady rate, each of constant power while it is in flight. */
export function syntheticRun(run: SyntheticRun): AttributionInput {
  const uniform = generator(run.seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const phases: Phase[] = [];
  const calls: { startUs: number; endUs: number; watts: number }[] = [];
  let nowUs = START_US;
  const advance = (phase: Phase['phase'], repetition: number, seconds: number) => {
    phases.push({ phase, repetition, startUs: nowUs, endUs: (nowUs += seconds * 1e6) });
  };
  advance('idle', 0, run.idleSeconds);
  for (let repetition = 1; repetition <= run.repetitions; repetition++) {
    advance('settle', repetition, SETTLE_SECONDS);
    const firstUs = nowUs;
    advance('warmup', repetition, WARMUP_SECONDS);
    advance('load', repetition, run.loadSeconds);
    const joules = run.joulesPerInvocation * (1 + run.repetitionScatter * normal());
    nowUs += TAIL_SECONDS * 1e6;
    const periodUs = 1e6 / run.ratePerSecond;
    for (let startUs = firstUs + uniform() * periodUs; startUs < nowUs; startUs += periodUs) {
      const endUs = startUs + run.seconds * 1e6 * (0.8 + 0.4 * uniform());
      calls.push({ startUs, endUs, watts: joules / ((endUs - startUs) / 1e6) });
    }
  }
  advance('settle', run.repetitions + 1, SETTLE_SECONDS);
  advance('idle', run.repetitions + 1, run.idleSeconds);
  const steps = Math.round((nowUs - START_US) / (run.sampleSeconds * 1e6));
  const timeUs = Float64Array.from(
    { length: steps + 1 },
    (_, i) => START_US + i * run.sampleSeconds * 1e6,
  );
  const energy = new Float64Array(timeUs.length);
  for (const { startUs, endUs, watts } of calls) spread(energy, timeUs, startUs, endUs, watts);
  for (let i = 1, sum = 0; i < energy.length; i++) {
    sum += energy[i]! + (run.idleWatts + run.noiseWatts * normal()) * run.sampleSeconds;
    energy[i] = sum * run.gain;
  }
  return {
    samples: [{ node: 'node', timeUs, energyJoules: energy }],
    invocations: {
      functions: ['f'],
      nodes: ['node'],
      functionIndex: new Uint16Array(calls.length),
      nodeIndex: new Uint16Array(calls.length),
      startUs: Float64Array.from(calls, (call) => call.startUs),
      endUs: Float64Array.from(calls, (call) => call.endUs),
      status: new Uint16Array(calls.length).fill(200),
    },
    phases,
    cpu: [],
    sensor: { gainRatio: 0.0015, offsetWatts: 0.002, clockSeconds: 0.001 },
  };
}

/** Normal deviates of a seed, for drawing what differs from run to run. */
export function deviates(seed: number): () => number {
  const uniform = generator(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function generator(seed: number): () => number {
  const random = mersenne(seed);
  return () => uniformFloat64(random);
}

/** Adds a call's energy to the sample intervals it lies in; the last one takes what is beyond. */
function spread(
  energy: Float64Array,
  timeUs: Float64Array,
  startUs: number,
  endUs: number,
  watts: number,
): void {
  const step = timeUs[1]! - timeUs[0]!;
  let i = Math.floor((startUs - timeUs[0]!) / step) + 1;
  for (let t = startUs; t < endUs && i < energy.length; i++) {
    const until = Math.min(endUs, timeUs[i]!);
    energy[i]! += (watts * (until - t)) / 1e6;
    t = until;
  }
}
