import type { Span } from '../attribution/spans.js';
import type { Call } from './calls.js';
import type { Draws } from './draws.js';
import type { LabNode } from './scenario.js';

/** What really happened on a node: the series are cumulative, and linear between `timeUs`. */
export interface NodeHistory {
  timeUs: Float64Array;
  energyJoules: Float64Array;
  /** CPU seconds by entity: each function's, then the platform's, then the background task's. */
  cpuSeconds: Float64Array[];
  /** By function: energy above idle that it caused in the load windows. */
  marginalJoules: Float64Array;
  /** By function: invocations in the load windows, by the share of their time. */
  invocations: Float64Array;
}

/** From `timeUs` on, something is different. */
interface Change {
  timeUs: number;
  apply: (state: NodeState) => void;
}

/** What a node does between two changes. */
interface NodeState {
  /** By entity. */
  cores: Float64Array;
  /** These by function. */
  powerCores: Float64Array;
  ioWatts: Float64Array;
  countPerSecond: Float64Array;
  noiseWatts: number;
  inWindow: boolean;
}

/** CPU time of system and platform with nothing in flight, in cores. */
const IDLE_PLATFORM_CORES = 0.01;

/** Noise is drawn at this interval. */
const NOISE_SECONDS = 0.1;

/**
 * Plays a node's calls and integrates its power, which is constant between two changes.
 *
 * Each function is given the share of dynamic power that its part of the busy cores has. For power that is a
 * function of the sum of what is busy, that is the Aumann-Shapley price: the cost at the margin, averaged
 * over all levels of load from nothing to what there is (Billera, Heath, Math. Oper. Res. 7, 1982). The
 * shares sum to the whole on a node of any curvature.
 * @param whole - when the history begins and ends
 * @param windows - of load, in order, not overlapping
 */
export function playNode(
  node: LabNode,
  calls: readonly Call[],
  functions: number,
  whole: Span,
  windows: readonly Span[],
  draws: Draws,
): NodeHistory {
  const [platform, background] = [functions, functions + 1];
  const changes = [
    ...callChanges(calls, platform),
    ...windowChanges(windows),
    ...noiseChanges(node, whole, draws),
    ...backgroundChanges(node, whole, background, draws),
  ]
    .filter(({ timeUs }) => timeUs < whole.endUs)
    .sort((a, b) => a.timeUs - b.timeUs);
  const state: NodeState = {
    cores: new Float64Array(functions + 2),
    powerCores: new Float64Array(functions),
    ioWatts: new Float64Array(functions),
    countPerSecond: new Float64Array(functions),
    noiseWatts: 0,
    inWindow: false,
  };
  state.cores[platform] = IDLE_PLATFORM_CORES;
  const history: NodeHistory = {
    timeUs: new Float64Array(changes.length + 1),
    energyJoules: new Float64Array(changes.length + 1),
    cpuSeconds: Array.from(state.cores, () => new Float64Array(changes.length + 1)),
    marginalJoules: new Float64Array(functions),
    invocations: new Float64Array(functions),
  };
  changes.forEach(({ timeUs, apply }, i) => {
    apply(state);
    const untilUs = changes[i + 1]?.timeUs ?? whole.endUs;
    const seconds = (untilUs - timeUs) / 1e6;
    let busy = state.cores[background]!;
    for (let f = 0; f < functions; f++) busy += state.powerCores[f]!;
    const dynamicWatts = busy < 1e-9 ? 0 : node.dynamicWatts * (busy / node.cores) ** node.exponent;
    let watts = node.idleWatts + state.noiseWatts + dynamicWatts;
    for (let f = 0; f < functions; f++) {
      watts += state.ioWatts[f]!;
      if (!state.inWindow) continue;
      const cpuWatts = busy < 1e-9 ? 0 : (dynamicWatts * state.powerCores[f]!) / busy;
      history.marginalJoules[f]! += (state.ioWatts[f]! + cpuWatts) * seconds;
      history.invocations[f]! += state.countPerSecond[f]! * seconds;
    }
    history.timeUs[i] = timeUs;
    history.timeUs[i + 1] = untilUs;
    history.energyJoules[i + 1] =
      history.energyJoules[i]! +
      watts * seconds +
      driftJoules(node, timeUs - whole.startUs, untilUs - whole.startUs);
    for (let e = 0; e < state.cores.length; e++) {
      const series = history.cpuSeconds[e]!;
      series[i + 1] = series[i]! + state.cores[e]! * seconds;
    }
  });
  return history;
}

function callChanges(calls: readonly Call[], platform: number): Change[] {
  return calls.flatMap((call) => {
    const { functionIndex: f, startUs, endUs } = call;
    const add = (state: NodeState, sign: number) => {
      state.cores[f]! += sign * call.cores;
      state.cores[platform]! += sign * call.platformCores;
      state.powerCores[f]! += sign * call.powerCores;
      state.ioWatts[f]! += sign * call.ioWatts;
      state.countPerSecond[f]! += (sign * 1e6) / (endUs - startUs);
    };
    return [
      { timeUs: startUs, apply: (state: NodeState) => add(state, 1) },
      { timeUs: endUs, apply: (state: NodeState) => add(state, -1) },
    ];
  });
}

/** The end of one may be the start of the next: sorting is stable, so the start is applied last. */
function windowChanges(windows: readonly Span[]): Change[] {
  return windows.flatMap(({ startUs, endUs }) => [
    { timeUs: startUs, apply: (state: NodeState) => void (state.inWindow = true) },
    { timeUs: endUs, apply: (state: NodeState) => void (state.inWindow = false) },
  ]);
}

/** First-order autoregressive. */
function noiseChanges({ noise }: LabNode, { startUs, endUs }: Span, draws: Draws): Change[] {
  const kept = Math.exp(-NOISE_SECONDS / noise.correlationSeconds);
  const changes: Change[] = [];
  let watts = noise.watts * draws.normal();
  for (let timeUs = startUs; timeUs < endUs; timeUs += NOISE_SECONDS * 1e6) {
    const now = watts;
    changes.push({ timeUs, apply: (state) => void (state.noiseWatts = now) });
    watts = kept * watts + noise.watts * Math.sqrt(1 - kept * kept) * draws.normal();
  }
  return changes;
}

function backgroundChanges(
  { background }: LabNode,
  { startUs, endUs }: Span,
  entity: number,
  draws: Draws,
): Change[] {
  if (!background) return [];
  const { onSeconds, offSeconds, cores } = background;
  const changes: Change[] = [];
  for (let t = startUs; t < endUs;) {
    const onUs = t + draws.exponential(offSeconds) * 1e6;
    t = onUs + draws.exponential(onSeconds) * 1e6;
    changes.push({ timeUs: onUs, apply: (state) => void (state.cores[entity] = cores) });
    changes.push({ timeUs: t, apply: (state) => void (state.cores[entity] = 0) });
  }
  return changes;
}

/** Of a power that rises as 1 - exp(-t / time constant). */
function driftJoules({ drift }: LabNode, fromUs: number, untilUs: number): number {
  if (drift.watts === 0) return 0;
  const { watts, timeConstantSeconds: tau } = drift;
  const rest = (us: number) => tau * Math.exp(-us / 1e6 / tau);
  return watts * ((untilUs - fromUs) / 1e6 - (rest(fromUs) - rest(untilUs)));
}
