import type { Draws } from './draws.js';
import type { Scenario } from './scenario.js';

/** One invocation and what it really takes. */
export interface Call {
  functionIndex: number;
  nodeIndex: number;
  startUs: number;
  endUs: number;
  /** Cores that the function keeps busy. */
  cores: number;
  platformCores: number;
  /** Both, by the power they draw. */
  powerCores: number;
  /** Power besides CPU. */
  ioWatts: number;
  /** Moved, in and out. */
  bytes: number;
}

/** A stretch of load: its invocations arrive at `rates`, one for each function, per second. */
export interface Traffic {
  startUs: number;
  endUs: number;
  rates: readonly number[];
  /** What each function's energy is multiplied by while this lasts. */
  factors: readonly number[];
}

/** Bursts: this much of the time the rate is so many times the mean, else lower. */
const BURST = { seconds: 0.5, share: 0.2, factor: 3 };

/**
 * Energy besides CPU, relative from one invocation to the next; what a byte takes of it, and how well bytes
 * tell it; and what is moved without.
 */
const IO = { spread: 0.5, joulesPerByte: 1e-8, scatter: 0.1, leastBytes: 2000 };

/** The invocations of a stretch of load, in no order. */
export function callsIn(traffic: Traffic, scenario: Scenario, draws: Draws): Call[] {
  const { functions } = scenario;
  const calls: Call[] = [];
  functions.forEach(({ name, follows }, functionIndex) => {
    if (follows !== undefined) return;
    const follower = functions.findIndex((each) => each.follows === name);
    for (const startUs of arrivals(traffic, traffic.rates[functionIndex]!, scenario, draws)) {
      const call = drawCall(functionIndex, startUs, traffic, scenario, draws);
      calls.push(call);
      if (follower >= 0) calls.push(drawCall(follower, call.endUs, traffic, scenario, draws));
    }
  });
  return calls;
}

function* arrivals(
  { startUs, endUs }: Traffic,
  ratePerSecond: number,
  { arrivals: kind }: Scenario,
  draws: Draws,
): Generator<number> {
  if (ratePerSecond === 0) return;
  const periodUs = 1e6 / ratePerSecond;
  if (kind === 'steady') {
    for (let t = startUs + draws.uniform() * periodUs; t < endUs; t += periodUs) yield t;
    return;
  }
  // A Poisson process of varying rate, by thinning (Lewis, Shedler, Naval Res. Logist. 26, 1979).
  const highest = kind === 'bursty' ? BURST.factor : 1;
  const lowest = (1 - BURST.share * BURST.factor) / (1 - BURST.share);
  let [untilUs, factor] = [startUs, 1];
  for (let t = startUs; ;) {
    t += draws.exponential(periodUs / highest);
    if (t >= endUs) return;
    for (; kind === 'bursty' && untilUs < t; untilUs += BURST.seconds * 1e6) {
      factor = draws.uniform() < BURST.share ? BURST.factor : lowest;
    }
    if (draws.uniform() * highest < factor) yield t;
  }
}

function drawCall(
  functionIndex: number,
  startUs: number,
  { factors }: Traffic,
  { functions, nodes }: Scenario,
  draws: Draws,
): Call {
  const { seconds, spread, cores, mix, ioJoules } = functions[functionIndex]!;
  const factor = factors[functionIndex]!;
  const nodeIndex = nodes.length === 1 ? 0 : Math.floor(draws.uniform() * nodes.length);
  // Whole microseconds, as clocks tell them.
  const fromUs = Math.round(startUs);
  const endUs = fromUs + Math.max(100, Math.round(draws.logNormal(seconds, spread) * 1e6));
  const wall = (endUs - fromUs) / 1e6;
  const joules = ioJoules === 0 ? 0 : draws.logNormal(ioJoules, IO.spread) * factor;
  const platformCores = nodes[nodeIndex]!.platformCpuSeconds / wall;
  return {
    functionIndex,
    nodeIndex,
    startUs: fromUs,
    endUs,
    cores,
    platformCores,
    powerCores: (cores * mix + platformCores) * factor,
    ioWatts: joules / wall,
    bytes: Math.round(IO.leastBytes + draws.logNormal(joules / IO.joulesPerByte, IO.scatter)),
  };
}
