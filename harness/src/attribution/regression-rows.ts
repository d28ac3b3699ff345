import { activitiesIn, type Activity } from './activity.js';
import { candidatesOf, chooseFeatures, type Feature } from './features.js';
import { idleJoules } from './idle-baseline.js';
import { inFlightStates, type InFlightStates } from './in-flight-states.js';
import { linearFactors, type LoadRow } from './load-model.js';
import { measuredSpan, type LoadWindow } from './load-windows.js';
import { type NodeView } from './node-view.js';
import { nonNegativeLeastSquares } from './nnls.js';
import { secondsOf } from './spans.js';

/** What a regression is made of. */
export interface RegressionRows {
  windows: LoadWindow[];
  rows: LoadRow[];
  /** Of each row: rows of a block are left out together. */
  block: number[];
  blocks: number;
  /** The functions that ran in these windows, by name: the columns. */
  activities: Activity[];
  features: Feature[];
}

/** With fewer windows than this, long ones are cut. */
const WINDOWS_WANTED = 24;

/** Pieces of a window are no shorter, in seconds and in the meter's intervals. */
const PIECE_SECONDS = 2;
const PIECE_INTERVALS = 10;

/** More blocks make nothing surer, and take longer. */
const MOST_BLOCKS = 60;

/** A row's variance is never taken for less than this share of the mean: few rows must not decide. */
const LEAST_VARIANCE = 0.1;

/** States of more rows of invocations than this take too long; then the node is taken for linear. */
const MOST_ROWS_FOR_STATES = 2_000_000;

/** The load windows of a node as rows of a regression: energy above idle, and what each function did. */
export function regressionRows(view: NodeView): RegressionRows {
  const { invocations, weights, baseline } = view;
  const windows = withoutOverlap(cutWindows(view));
  const activities = activitiesIn(invocations, weights, windows)
    .filter(({ busySeconds, count }) => [...busySeconds, ...count].some((value) => value > 0))
    .sort((a, b) => (a.function < b.function ? -1 : 1));
  const blocks = Math.min(MOST_BLOCKS, windows.length);
  const block = windows.map((_, i) => Math.floor((i * blocks) / windows.length));
  const joules = windows.map((each) => each.energyJoules - idleJoules(baseline!, each));
  const candidates = activities.map((each) => candidatesOf(view, each, windows));
  const even = windows.map(() => 1);
  const features = chooseFeatures(candidates, joules, even, block);
  const states = statesOf(view, activities, windows);
  const rows = windows.map((_, i): LoadRow => {
    const feature = candidates.map((each, f) => each[features[f]!]![i]!);
    const intensity = activities.map(({ busySeconds }, f) =>
      busySeconds[i]! > 0 && states[i]!.seconds.length > 0 ? feature[f]! / busySeconds[i]! : 0,
    );
    return { joules: joules[i]!, weight: 1, states: states[i]!, feature, intensity };
  });
  return { windows, rows: weighted(rows), block, blocks, activities, features };
}

function cutWindows({ windows, samples }: NodeView): LoadWindow[] {
  const usable = windows.filter((each) => each.unusable === undefined);
  if (usable.length >= WINDOWS_WANTED || usable.length === 0) return usable;
  const { timeUs } = samples;
  const period = (timeUs[timeUs.length - 1]! - timeUs[0]!) / (timeUs.length - 1) / 1e6;
  const shortest = Math.max(PIECE_SECONDS, PIECE_INTERVALS * period);
  const seconds = usable.reduce((sum, each) => sum + secondsOf(each), 0);
  return usable.flatMap((window) => {
    const wanted = Math.round((WINDOWS_WANTED * secondsOf(window)) / seconds);
    const pieces = Math.max(1, Math.min(wanted, Math.floor(secondsOf(window) / shortest)));
    const step = (window.endUs - window.startUs) / pieces;
    return Array.from({ length: pieces }, (_, i) => ({
      ...window,
      ...measuredSpan(samples, {
        startUs: window.startUs + i * step,
        endUs: window.startUs + (i + 1) * step,
      }),
    })).filter((each) => each.unusable === undefined);
  });
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

/** Variance as a constant and a part that grows with the square of energy, as a first fit's residuals show. */
function weighted(rows: LoadRow[]): LoadRow[] {
  const factors = linearFactors(rows);
  const fitted = rows.map(({ feature }) => feature.reduce((sum, x, f) => sum + x * factors[f]!, 0));
  const squares = rows.map(({ joules }, i) => (joules - fitted[i]!) ** 2);
  const columns = [rows.map(() => 1), fitted.map((each) => each ** 2)];
  const gram = columns.map((a) => columns.map((b) => sumOf(a, b)));
  const [constant, growing] = nonNegativeLeastSquares(
    gram,
    columns.map((column) => sumOf(column, squares)),
  );
  const mean = squares.reduce((sum, each) => sum + each, 0) / squares.length;
  if (mean === 0) return rows;
  return rows.map((row, i) => ({
    ...row,
    weight: mean / Math.max(constant! + growing! * fitted[i]! ** 2, LEAST_VARIANCE * mean),
  }));
}

function sumOf(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, each, i) => sum + each * b[i]!, 0);
}
