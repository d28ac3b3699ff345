import { activitiesIn, totalOf, type Activity } from './activity.js';
import { baselineOffsets, unheardCpuSeconds, unheardWatts } from './baseline-offsets.js';
import { withCountedBytes } from './counted-bytes.js';
import { besidesCpu } from './cpu-parts.js';
import { cpuAboveIdle, idleCpuRate } from './cpu-use.js';
import { candidatesOf, chooseFeatures, isBetter, type Feature } from './features.js';
import { idleJoules } from './idle-baseline.js';
import { inFlightStates, type InFlightStates } from './in-flight-states.js';
import { onlyComputing, type LoadRow } from './load-effect.js';
import { fitLoadModel, type LoadPriors } from './load-model.js';
import { measuredSpan, type LoadWindow } from './load-windows.js';
import type { NodeView } from './node-view.js';
import { weighted } from './row-weights.js';
import { mergeSpans, secondsOf } from './spans.js';

/**
 * What a regression is made of. Rows whose energy the meter did not see all of have no weight: where current went beyond its
 * range they are those of heavy load and dear invocations, and figures of the others alone would be too low.
 */
export interface RegressionRows {
  windows: LoadWindow[];
  rows: LoadRow[];
  /** Of each row: rows of a block are left out together. */
  block: number[];
  blocks: number;
  /** The functions that ran in these windows, by name: the columns. */
  activities: Activity[];
  features: Feature[];
  /** Taken off the rows' joules: of a busy core of other work that came during load only. */
  otherWatts: number | undefined;
  priors: LoadPriors;
}

/** With fewer windows than this, long ones are cut into several blocks. */
const WINDOWS_WANTED = 24;

/** Rows as long as this show what CPU time, read twice a second, is worth. */
const COARSE_SECONDS = 2;
const COARSE_INTERVALS = 10;

/**
 * Rows as short as this tell one function's invocations from another's between them; each is still long beside what is
 * not known of the clocks and of what an invocation leaves behind.
 */
const FINE_SECONDS = 0.3;
/** In intervals of the meter. */
const FINE_INTERVALS = 2;

/** More blocks make nothing surer, and take longer. */
const MOST_BLOCKS = 60;

/** States of more rows of invocations than this take too long; then the node is taken for linear. */
const MOST_ROWS_FOR_STATES = 2_000_000;

/** The load windows of a node as rows of a regression: energy above idle, and what each function did. */
export function regressionRows(view: NodeView): RegressionRows {
  const windows = withoutOverlap(
    view.windows.filter(({ unusable, missed }) => unusable === undefined || missed),
  );
  const [coarse, fine] = [COARSE_SECONDS, FINE_SECONDS].map((seconds) =>
    columnsOf(view, cut(windows, view, seconds)),
  ) as [Columns, Columns];
  const otherWatts = takeUnheardOff(view, coarse, [coarse, fine]);
  // CPU time is read too seldom for short rows.
  const build = (columns: Columns, features: Feature[]): RegressionRows => ({
    ...rowsOf(view, columns, features),
    otherWatts,
  });
  const withCpu = chooseFeatures(coarse, ['invocations', 'cpu_seconds', 'bytes']);
  if (withCpu.includes('cpu_seconds')) {
    // Features are chosen as of a linear node: on a bent one they must be better with its curve too.
    const byCpu = build(coarse, withCpu);
    const without = build(coarse, chooseFeatures(coarse, ['invocations', 'bytes']));
    if (isBetter(squaresByBlock(byCpu), squaresByBlock(without))) return byCpu;
  }
  return build(fine, chooseFeatures(fine, ['invocations', 'bytes']));
}

function squaresByBlock({ rows, priors, block, blocks }: RegressionRows): number[] {
  const squares = new Array<number>(blocks).fill(0);
  fitLoadModel(rows, priors).residuals.forEach((each, i) => (squares[block[i]!]! += each ** 2));
  return squares;
}

function rowsOf(
  view: NodeView,
  columns: Columns,
  features: Feature[],
): Omit<RegressionRows, 'otherWatts'> {
  const { pieces, activities, candidates, joules, weights } = columns;
  const states = statesOf(view, activities, pieces);
  const offsets = baselineOffsets(view, pieces);
  const rows = pieces.map((_, i): LoadRow => {
    const feature = candidates.map((each, f) => each[features[f]!]![i]!);
    const intensity = activities.map(({ busySeconds }, f) =>
      busySeconds[i]! > 0 && states[i]!.seconds.length > 0 ? feature[f]! / busySeconds[i]! : 0,
    );
    const busySeconds = activities.map((each) => each.busySeconds[i]!);
    return {
      joules: joules[i]!,
      weight: weights[i]!,
      states: states[i]!,
      feature,
      intensity,
      busySeconds,
      offsets: offsets.columns[i]!,
    };
  });
  const even = onlyComputing(activities.length);
  const priors = {
    curved: rows.some((row) => row.states.seconds.length > 0),
    offsetPrecision: offsets.precision,
  };
  const cpuSeconds = cpuSecondsOf(view, activities, pieces);
  const cpuParts = besidesCpu(weighted(rows, even), cpuSeconds, priors);
  const counts = activities.map(({ count }) => count);
  const blended = withCountedBytes(weighted(rows, cpuParts), features, counts, cpuParts);
  return {
    ...columns,
    windows: pieces,
    rows: weighted(blended, cpuParts),
    features,
    priors: { ...priors, cpuParts },
  };
}

function columnsOf(view: NodeView, { pieces, block, blocks }: ReturnType<typeof cut>) {
  const activities = activitiesIn(view.invocations, view.weights, pieces)
    .filter(({ busySeconds, count }) => totalOf(busySeconds) + totalOf(count) > 0)
    .sort((a, b) => (a.function < b.function ? -1 : 1));
  return {
    pieces,
    block,
    blocks,
    activities,
    candidates: activities.map((each) => candidatesOf(view, each, pieces)),
    weights: pieces.map(({ unusable }) => (unusable === undefined ? 1 : 0)),
    joules: pieces.map((each) =>
      each.unusable === undefined ? each.energyJoules - idleJoules(view.baseline!, each) : 0,
    ),
  };
}

type Columns = ReturnType<typeof columnsOf>;

/** Energy of other work that came during load only: by a first fit, for the ones that follow to begin with. */
function takeUnheardOff(
  view: NodeView,
  coarse: Columns,
  all: readonly Columns[],
): number | undefined {
  const first = unheardCpuSeconds(view, coarse.pieces);
  if (!first) return undefined;
  const busy = coarse.activities.map((each) => each.busySeconds);
  const watts = unheardWatts(busy, first, coarse.joules, coarse.weights);
  for (const columns of all) {
    const seconds = unheardCpuSeconds(view, columns.pieces);
    seconds?.forEach((each, i) => (columns.joules[i]! -= watts * each));
  }
  return watts;
}

/**
 * Windows in pieces between samples, and the blocks they belong to: windows; pieces, where windows are few; several
 * next to each other, where they are many.
 */
function cut(windows: readonly LoadWindow[], { samples }: NodeView, pieceSeconds: number) {
  const { timeUs } = samples;
  const period = (timeUs[timeUs.length - 1]! - timeUs[0]!) / (timeUs.length - 1) / 1e6;
  const divided = (spans: readonly LoadWindow[], shortest: number) =>
    spans.flatMap(({ repetition, ...span }, of) => {
      const count = Math.max(1, Math.floor(secondsOf(span) / shortest));
      const step = (span.endUs - span.startUs) / count;
      return Array.from({ length: count }, (_, i) => ({
        repetition,
        ...measuredSpan(samples, {
          startUs: span.startUs + i * step,
          endUs: span.startUs + (i + 1) * step,
        }),
        of,
      })).filter(({ unusable, missed }) => unusable === undefined || missed);
    });
  const seconds = windows.reduce((sum, each) => sum + secondsOf(each), 0);
  const whole =
    windows.length >= WINDOWS_WANTED
      ? windows
      : divided(
          windows,
          Math.max(COARSE_SECONDS, COARSE_INTERVALS * period, seconds / WINDOWS_WANTED),
        );
  const all = divided(whole, Math.max(pieceSeconds, FINE_INTERVALS * period));
  const seen = all.filter(({ unusable }) => unusable === undefined).map(({ of }) => of);
  const used = new Map([...new Set(seen)].map((of, i) => [of, i]));
  const pieces = all.filter(({ of }) => used.has(of));
  const blocks = Math.min(MOST_BLOCKS, used.size);
  return {
    pieces,
    blocks,
    block: pieces.map(({ of }) => Math.floor((used.get(of)! * blocks) / used.size)),
  };
}

/** CPU seconds of each function above idle, with its share of what serves requests for all by its invocations. */
function cpuSecondsOf(
  { cpu, idle }: NodeView,
  activities: readonly Activity[],
  spans: readonly LoadWindow[],
): number[] {
  const merged = mergeSpans(spans);
  const used = (name: string) => {
    const entity = cpu.find((each) => each.entity === name);
    return entity ? cpuAboveIdle(entity, merged, idleCpuRate(entity, idle)) : NaN;
  };
  const platform = used('platform');
  const counts = activities.map(({ count }) => totalOf(count));
  const all = counts.reduce((sum, each) => sum + each, 0);
  return activities.map(
    (each, f) => used(`function:${each.function}`) + ((platform || 0) * counts[f]!) / all,
  );
}

function withoutOverlap(windows: readonly LoadWindow[]): LoadWindow[] {
  const kept: LoadWindow[] = [];
  for (const window of windows) {
    if (kept.length === 0 || window.startUs >= kept[kept.length - 1]!.endUs) kept.push(window);
  }
  return kept;
}

function statesOf(
  { invocations, weights }: NodeView,
  activities: readonly Activity[],
  windows: readonly LoadWindow[],
): InFlightStates[] {
  const none = { seconds: new Float64Array(0), counts: new Float64Array(0) };
  if (invocations.startUs.length > MOST_ROWS_FOR_STATES) return windows.map(() => none);
  const column = Int32Array.from(invocations.functions, (name) =>
    activities.findIndex((each) => each.function === name),
  );
  return inFlightStates(invocations, weights, column, activities.length, windows);
}
