import { activitiesIn, totalOf, type Activity } from './activity.js';
import { busySpans } from './busy-spans.js';
import { riseIn } from './cumulative.js';
import {
  AFTER_BUSY_US,
  BEFORE_BUSY_US,
  extentOf,
  idlePieces,
  idleSpans,
  type IdlePiece,
} from './idle.js';
import { idleBaseline, type IdleBaseline } from './idle-baseline.js';
import type { AttributionInput, EntityCpu, NodeSamples } from './input.js';
import { type ClockLag, correctedClock } from './clock-lag.js';
import { loadWindows, type LoadWindow } from './load-windows.js';
import { nodeWeights } from './node-weights.js';
import type { Span } from './spans.js';

/** All that methods take of a node: found once, shared by them. */
export interface NodeView extends Omit<AttributionInput, 'samples' | 'cpu'> {
  node: string;
  /** Their times are the invocations' times: what lag was found is taken off. */
  samples: NodeSamples;
  clock: ClockLag;
  /** Of nodeWeights. */
  weights: Float64Array;
  /** CPU time of functions and platform. */
  cpu: EntityCpu[];
  /** CPU time of what nobody asked for. */
  otherCpu: EntityCpu[];
  /** From the first phase to the last, as far as there are samples. */
  span: Span;
  idle: Span[];
  pieces: IdlePiece[];
  /** Absent where no idle time was measured. */
  baseline?: IdleBaseline;
  windows: LoadWindow[];
  /** Of the functions that ran here, by name; arrays go by `windows`. */
  activities: Activity[];
  /** The same over `span` as the only window. */
  whole: Activity[];
}

/** Entities of CPU time that are neither a function nor what serves them. */
const OTHER_ENTITIES = ['other', 'background'];

/** @param input - invocations by the time they start */
export function nodeView(input: AttributionInput, metered: NodeSamples): NodeView {
  const { node } = metered;
  const { invocations, sensor } = input;
  const phases = [...input.phases].sort((a, b) => a.startUs - b.startUs);
  const weights = nodeWeights(input, node);
  const clock = correctedClock(metered, phases, invocations, weights, sensor);
  const samples = clock.seconds === 0 ? metered : shifted(metered, clock.seconds);
  const last = samples.timeUs.length - 1;
  const span = extentOf(phases, { startUs: samples.timeUs[0]!, endUs: samples.timeUs[last]! });
  const margin = { beforeUs: BEFORE_BUSY_US, afterUs: AFTER_BUSY_US };
  const idle = idleSpans(samples, phases, busySpans(invocations, weights, margin));
  const pieces = idlePieces(idle, samples);
  const otherCpu = input.cpu
    .filter((each) => each.node === node && OTHER_ENTITIES.includes(each.entity))
    .filter((each) => !Number.isNaN(riseIn(each.timeUs, each.cpuSeconds, span)));
  const windows = loadWindows(samples, phases);
  const [activities, whole] = [windows, [span]].map((spans) =>
    activitiesIn(invocations, weights, spans).sort(byFunction),
  ) as [Activity[], Activity[]];
  const ran = new Set(
    whole
      .filter(({ busySeconds, count }) => totalOf(busySeconds) + totalOf(count) > 0)
      .map((each) => each.function),
  );
  return {
    ...input,
    node,
    phases,
    samples,
    clock,
    weights,
    cpu: input.cpu.filter((each) => each.node === node && !OTHER_ENTITIES.includes(each.entity)),
    otherCpu,
    span,
    idle,
    pieces,
    ...(pieces.length > 0 ? { baseline: idleBaseline(pieces, span, otherCpu) } : {}),
    windows,
    activities: activities.filter((each) => ran.has(each.function)),
    whole: whole.filter((each) => ran.has(each.function)),
  };
}

function byFunction(a: Activity, b: Activity): number {
  return a.function < b.function ? -1 : 1;
}

function shifted(samples: NodeSamples, lagSeconds: number): NodeSamples {
  const lagUs = lagSeconds * 1e6;
  return { ...samples, timeUs: samples.timeUs.map((t) => t - lagUs) };
}
