import { mersenne } from 'pure-rand/generator/mersenne';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { AttributionInput, Phase } from './input.js';

/** Functions under load at once on a node whose power above idle is (sum of their watts in flight) ^ exponent. */
export interface SyntheticMix {
  seed: number;
  functions: { name: string; watts: number; seconds: number; ratePerSecond: number }[];
  exponent: number;
  idleWatts: number;
  noiseWatts: number;
  /** Levels of the rates, one drawn for each function and window. */
  levels: number[];
  /** All functions take the first one's level, and its arrivals: their loads are one. */
  inStep: boolean;
  windows: number;
}

export const TYPICAL_MIX: SyntheticMix = {
  seed: 1,
  functions: [
    { name: 'a', watts: 0.8, seconds: 0.02, ratePerSecond: 12 },
    { name: 'b', watts: 0.4, seconds: 0.15, ratePerSecond: 3 },
  ],
  exponent: 1,
  idleWatts: 2,
  noiseWatts: 0.003,
  levels: [0.3, 1, 1.7],
  inStep: false,
  windows: 30,
};

const WINDOW_SECONDS = 2;
const IDLE_SECONDS = 5;
const START_US = 1_795_435_200_000_000;
const STEP_US = 1000;
const STEPS_PER_SAMPLE = 100;

/** A run of six blocks of windows with idle time between, and what each function really cost an invocation. */
export function syntheticMix(mix: SyntheticMix): {
  input: AttributionInput;
  truth: Map<string, number>;
} {
  const random = mersenne(mix.seed);
  const uniform = () => uniformFloat64(random);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const phases: Phase[] = [];
  const calls: { f: number; startUs: number; endUs: number }[] = [];
  let nowUs = START_US;
  const idle = (repetition: number) => {
    const startUs = nowUs;
    phases.push({ phase: 'idle', repetition, startUs, endUs: (nowUs += IDLE_SECONDS * 1e6) });
  };
  for (let window = 1; window <= mix.windows; window++) {
    if (window % 5 === 1) idle(window === 1 ? 0 : window - 1);
    const [startUs, endUs] = [nowUs, (nowUs += WINDOW_SECONDS * 1e6)];
    phases.push({ phase: 'load', repetition: window, startUs, endUs });
    const chains = mix.inStep ? [mix.functions.map((_, f) => f)] : mix.functions.map((_, f) => [f]);
    for (const chain of chains) {
      const rate = mix.functions[chain[0]!]!.ratePerSecond;
      const level = mix.levels[Math.floor(uniform() * mix.levels.length)]!;
      const drawn = () => (-Math.log(1 - uniform()) / rate / level) * 1e6;
      for (let t = startUs + drawn(); t < endUs; t += drawn()) {
        for (const f of chain) {
          const wall = Math.round(mix.functions[f]!.seconds * 1e3 * (0.7 + 0.6 * uniform()));
          const start = Math.round(t / STEP_US) * STEP_US;
          calls.push({ f, startUs: start, endUs: start + Math.max(1, wall) * STEP_US });
        }
      }
    }
  }
  const lastUs = Math.max(nowUs, ...calls.map(({ endUs }) => endUs));
  nowUs = Math.ceil(lastUs / 1e5) * 1e5;
  idle(mix.windows + 1);
  return { input: inputOf(mix, phases, calls, nowUs, normal), truth: truthOf(mix, calls) };
}

/** Watts in flight of each function, by step. */
function inFlight(
  mix: SyntheticMix,
  calls: readonly { f: number; startUs: number; endUs: number }[],
) {
  const steps = Math.max(...calls.map(({ endUs }) => (endUs - START_US) / STEP_US)) + 1;
  const watts = mix.functions.map(() => new Float64Array(steps));
  for (const { f, startUs, endUs } of calls) {
    for (let i = (startUs - START_US) / STEP_US; i < (endUs - START_US) / STEP_US; i++) {
      watts[f]![i]! += mix.functions[f]!.watts;
    }
  }
  return { steps, watts };
}

function inputOf(
  mix: SyntheticMix,
  phases: Phase[],
  calls: readonly { f: number; startUs: number; endUs: number }[],
  endUs: number,
  normal: () => number,
): AttributionInput {
  const { steps, watts } = inFlight(mix, calls);
  const samples = Math.round((endUs - START_US) / STEP_US / STEPS_PER_SAMPLE);
  const timeUs = Float64Array.from(
    { length: samples + 1 },
    (_, i) => START_US + i * STEPS_PER_SAMPLE * STEP_US,
  );
  const energyJoules = new Float64Array(timeUs.length);
  for (let sample = 1; sample < timeUs.length; sample++) {
    let joules = (mix.idleWatts + mix.noiseWatts * normal()) * (STEPS_PER_SAMPLE / 1000);
    for (let i = (sample - 1) * STEPS_PER_SAMPLE; i < sample * STEPS_PER_SAMPLE && i < steps; i++) {
      joules += watts.reduce((sum, each) => sum + each[i]!, 0) ** mix.exponent / 1000;
    }
    energyJoules[sample] = energyJoules[sample - 1]! + joules;
  }
  const sorted = [...calls].sort((a, b) => a.startUs - b.startUs);
  return {
    samples: [{ node: 'node', timeUs, energyJoules }],
    invocations: {
      functions: mix.functions.map(({ name }) => name),
      nodes: ['node'],
      functionIndex: Uint16Array.from(sorted, ({ f }) => f),
      nodeIndex: new Uint16Array(sorted.length),
      startUs: Float64Array.from(sorted, ({ startUs }) => startUs),
      endUs: Float64Array.from(sorted, (call) => call.endUs),
      status: new Uint16Array(sorted.length).fill(200),
    },
    phases,
    cpu: [],
    sensor: { gainRatio: 0.0015, offsetWatts: 0.002, clockSeconds: 0.001 },
  };
}

/** By the share of power that each function's part of the watts in flight has. */
function truthOf(
  mix: SyntheticMix,
  calls: readonly { f: number; startUs: number; endUs: number }[],
): Map<string, number> {
  const { steps, watts } = inFlight(mix, calls);
  const joules = mix.functions.map(() => 0);
  for (let i = 0; i < steps; i++) {
    const all = watts.reduce((sum, each) => sum + each[i]!, 0);
    if (all === 0) continue;
    watts.forEach((each, f) => (joules[f]! += (each[i]! * all ** (mix.exponent - 1)) / 1000));
  }
  return new Map(
    mix.functions.map(({ name }, f) => [
      name,
      joules[f]! / calls.filter((call) => call.f === f).length,
    ]),
  );
}
