import { balance } from './balance.js';
import { type AttributionInput, type NodeSamples, type SensorUncertainty } from './input.js';
import { extentOf, idlePower, type IdlePower } from './idle.js';
import { latencyOf } from './latency.js';
import { loadWindows, type LoadWindow } from './load-windows.js';
import {
  busySpans,
  countIn,
  invocationsOf,
  isSuccess,
  type FunctionInvocations,
} from './node-invocations.js';
import { partsOf } from './parts.js';
import {
  type AttributionResult,
  type FunctionResult,
  type NodeResult,
  type Refusal,
  type Warning,
} from './result.js';
import { secondsOf } from './spans.js';
import { combine, EXACT, interval95, mean, ofMean, scale, studentQuantile } from './uncertainty.js';
import { failureWarning, nodeWarnings, repetitionWarning, trendWarning } from './warnings.js';

/** Fewer repetitions than this say nothing of their own scatter. */
const FEWEST_REPETITIONS = 2;

/**
 * One function at a time: the energy of its load windows above idle, divided by its invocations. The
 * repetition is the sample. docs/method.md derives the formulas.
 */
export function difference(input: AttributionInput): AttributionResult {
  const result: AttributionResult = {
    method: 'difference',
    functions: [],
    nodes: [],
    refused: [],
    warnings: [],
  };
  for (const samples of [...input.samples].sort((a, b) => (a.node < b.node ? -1 : 1))) {
    attributeNode(samples, input, result);
  }
  refuseUnseen(input, result);
  return result;
}

function attributeNode(
  samples: NodeSamples,
  input: AttributionInput,
  result: AttributionResult,
): void {
  const { phases, invocations } = input;
  const functions = invocationsOf(invocations, samples.node).filter(
    ({ startUs }) => startUs.length > 0,
  );
  const idle = idlePower(samples, phases, busySpans(invocations, samples.node));
  if (!idle) {
    result.refused.push({
      functions: functions.map((each) => each.function),
      reason: `${samples.node} was never idle while it was metered, so nothing can be taken off.`,
    });
    return;
  }
  const cpu = input.cpu.filter(({ node }) => node === samples.node);
  const found: FunctionResult[] = [];
  const balanced: {
    own: FunctionInvocations;
    windows: LoadWindow[];
    joulesPerInvocation: number;
  }[] = [];
  for (const own of functions) {
    const others = functions.filter((other) => other !== own);
    const windows = loadWindows(samples, phases, own, others);
    result.warnings.push(...windows.warnings);
    const refusal = refusalOf(own, windows.mixedWith, windows.usable.length);
    if (refusal) {
      result.refused.push(refusal);
      continue;
    }
    const each = attributeFunction(samples.node, own, windows.usable, idle, input.sensor);
    const parts = partsOf(own.function, each.marginal.joules_per_invocation, windows.usable, cpu, {
      samples,
      phases,
      invocations,
    });
    found.push({ ...each, ...(parts ? { parts } : {}) });
    balanced.push({
      own,
      windows: windows.usable,
      joulesPerInvocation: each.marginal.joules_per_invocation,
    });
    result.warnings.push(...functionWarnings(each, own, windows.usable));
  }
  const span = extentOf(phases, {
    startUs: samples.timeUs[0]!,
    endUs: samples.timeUs[samples.timeUs.length - 1]!,
  });
  const node: NodeResult = {
    node: samples.node,
    idle_watts: {
      value: idle.watts,
      ci95: interval95(idle.watts, idleWattsUncertainty(idle, input.sensor)),
    },
    energy_joules: balance({
      samples,
      span,
      idleWatts: idle.watts,
      functions: balanced.map(({ own, windows, joulesPerInvocation }) => ({
        joulesPerInvocation,
        windows,
        count: countIn(own, span),
      })),
      cpu,
      phases,
      invocations,
    }),
  };
  result.functions.push(...found);
  result.nodes.push(node);
  result.warnings.push(...nodeWarnings(samples.node, idle));
}

function attributeFunction(
  node: string,
  own: FunctionInvocations,
  windows: readonly LoadWindow[],
  idle: IdlePower,
  sensor: SensorUncertainty,
): FunctionResult {
  const repetitions = windows.map((window) => ({
    ...window,
    marginal: (window.energyJoules - idle.watts * secondsOf(window)) / window.count,
    idleSeconds: secondsOf(window) / window.count,
  }));
  const marginal = mean(repetitions.map((each) => each.marginal));
  const idleSeconds = mean(repetitions.map((each) => each.idleSeconds));
  const scatter = ofMean(repetitions.map((each) => each.marginal));
  // Every repetition subtracts the same idle power, so their scatter does not show its uncertainty.
  const random = combine(scatter, scale(idle.uncertainty, idleSeconds));
  const windowSeconds = mean(windows.map(secondsOf));
  const systematic = combine(
    scale({ u: sensor.gainRatio, degrees: Infinity }, marginal),
    scale({ u: sensor.clockSeconds, degrees: Infinity }, marginal / windowSeconds),
  );
  // Full energy is the window's energy by the count: idle power is not subtracted, and offset stays in.
  const full = mean(windows.map((window) => window.energyJoules / window.count));
  const fullRandom = ofMean(windows.map((window) => window.energyJoules / window.count));
  const fullSystematic = combine(
    scale({ u: sensor.gainRatio, degrees: Infinity }, full),
    scale({ u: sensor.offsetWatts, degrees: Infinity }, idleSeconds),
  );
  // Currie (1968): detected above the critical level; what is there at the detection limit is detected
  // in 95 % of cases.
  const critical = studentQuantile(0.95, random.degrees) * random.u;
  return {
    function: own.function,
    node,
    method: 'difference',
    invocations: own.status.filter((status, i) => isSuccess(status) && isIn(own, i, windows))
      .length,
    failed: own.status.filter((status, i) => !isSuccess(status) && isIn(own, i, windows)).length,
    marginal: {
      joules_per_invocation: marginal,
      ci95: interval95(marginal, combine(random, systematic)),
      random95: interval95(marginal, random),
      random_uncertainty: { joules: random.u, degrees_of_freedom: Math.min(random.degrees, 1e9) },
      systematic95: interval95(marginal, systematic),
      detectable: marginal > critical,
      detection_limit_joules: 2 * critical,
    },
    full: {
      joules_per_invocation: full,
      ci95: interval95(full, combine(fullRandom, fullSystematic)),
      idle_policy: 'time',
    },
    latency_seconds: latencyOf(own, windows),
    repetitions: repetitions.map((each) => ({
      repetition: each.repetition,
      start_us: each.startUs,
      end_us: each.endUs,
      invocations: each.count,
      energy_joules: each.energyJoules,
      marginal_joules_per_invocation: each.marginal,
    })),
  };
}

/** Counted where it starts. */
function isIn(
  { startUs }: FunctionInvocations,
  i: number,
  windows: readonly LoadWindow[],
): boolean {
  return windows.some((window) => startUs[i]! >= window.startUs && startUs[i]! < window.endUs);
}

function idleWattsUncertainty(idle: IdlePower, sensor: SensorUncertainty) {
  return combine(idle.uncertainty, scale({ u: sensor.gainRatio, degrees: Infinity }, idle.watts), {
    ...EXACT,
    u: sensor.offsetWatts,
  });
}

function refusalOf(
  own: FunctionInvocations,
  mixedWith: ReadonlySet<string>,
  usable: number,
): Refusal | undefined {
  if (mixedWith.size > 0) {
    return {
      functions: [own.function, ...mixedWith].sort(),
      reason: 'They were under load at once; their energies can be told apart by regression only.',
    };
  }
  if (!own.status.some(isSuccess)) {
    return { functions: [own.function], reason: 'None of its invocations succeeded.' };
  }
  if (usable < FEWEST_REPETITIONS) {
    return {
      functions: [own.function],
      reason: `Only ${usable} of its repetitions can be used; it takes ${FEWEST_REPETITIONS} to know the scatter.`,
    };
  }
  return undefined;
}

/** A function that nodes with samples never ran can't be told of. */
function refuseUnseen({ samples, invocations }: AttributionInput, result: AttributionResult): void {
  const metered = new Set(samples.map(({ node }) => node));
  const unmetered = invocations.nodes.filter((node) => !metered.has(node));
  for (const node of unmetered) {
    const functions = invocationsOf(invocations, node).filter(({ startUs }) => startUs.length > 0);
    if (functions.length === 0) continue;
    result.refused.push({
      functions: functions.map((each) => each.function),
      reason: `They ran on ${node}, which no meter feeds.`,
    });
  }
}

function functionWarnings(
  { failed, repetitions }: FunctionResult,
  own: FunctionInvocations,
  windows: readonly LoadWindow[],
): Warning[] {
  const total = own.startUs.filter((_, i) => isIn(own, i, windows)).length;
  return [
    ...failureWarning(own.function, failed, total),
    ...repetitionWarning(own.function, repetitions.length),
    ...trendWarning(
      own.function,
      repetitions.map((each) => each.marginal_joules_per_invocation),
    ),
  ];
}
