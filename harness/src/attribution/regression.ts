import { activitiesIn } from './activity.js';
import { type Figure } from './figure.js';
import { baselineUncertainty, idleJoules } from './idle-baseline.js';
import { jackknifeUncertainty, leaveBlocksOut } from './jackknife.js';
import {
  effectOf,
  fitLoadModel,
  joulesByFunction,
  type LoadFit,
  type LoadModel,
} from './load-model.js';
import { type NodeView } from './node-view.js';
import { regressionRows, type RegressionRows } from './regression-rows.js';
import { type NodeResult, type Refusal } from './result.js';
import { separability } from './separability.js';
import { solveLinear } from './weighted-least-squares.js';
import { secondsOf } from './spans.js';
import { combine, interval95, scale, type Uncertainty } from './uncertainty.js';

/** Rows beyond the parameters, for their scatter to be known. */
const SPARE_BLOCKS = 4;

/** Loads that inflate a variance by this can't be told apart (Kutner et al., Applied Linear Statistical Models, 10.5). */
const MOST_INFLATION = 10;

/** What a regression finds on a node. */
export interface RegressionFound {
  figures: Figure[];
  refused: Refusal[];
  node?: NonNullable<NodeResult['regression']>;
}

/** Several functions at once: energy of load windows on what each did in them. docs/method.md tells the model. */
export function regression(view: NodeView, wanted: ReadonlySet<string>): RegressionFound {
  const built = regressionRows(view);
  const names = built.activities.map((each) => each.function).filter((name) => wanted.has(name));
  if (names.length === 0) return { figures: [], refused: [] };
  const parameters = built.activities.length + 1;
  if (built.blocks < parameters + SPARE_BLOCKS) {
    return {
      figures: [],
      refused: [
        {
          functions: names,
          reason: `${built.windows.length} load windows on ${view.node} are too few to tell ${built.activities.length} functions apart.`,
        },
      ],
    };
  }
  return new Regression(view, built).found(wanted);
}

class Regression {
  private readonly fit: LoadFit;
  /** By block left out, then parameter. */
  private readonly deviations: number[][];
  private readonly degrees: number;
  /** Derivatives of each function's joules by the parameters. */
  private readonly slopes: number[][];
  private readonly joules: number[];
  private readonly weights: number[];
  /** By row, then function: joules at the solution. */
  private readonly parts: number[][];

  constructor(
    private readonly view: NodeView,
    private readonly built: RegressionRows,
  ) {
    const { rows, block, blocks } = built;
    const curved = rows.some(({ states }) => states.seconds.length > 0);
    this.fit = fitLoadModel(rows, curved);
    this.weights = rows.map(({ weight }) => weight);
    const { jacobian, residuals, priorWeight, model } = this.fit;
    this.deviations = leaveBlocksOut(jacobian, residuals, this.weights, block, blocks, priorWeight);
    this.degrees = blocks - jacobian[0]!.length;
    this.parts = rows.map((row) =>
      effectOf(row, model).shares.map((share, f) => share * model.factors[f]!),
    );
    this.joules = joulesByFunction(rows, model);
    this.slopes = this.derivatives();
  }

  found(wanted: ReadonlySet<string>): RegressionFound {
    const { activities, rows } = this.built;
    const columns = activities.map((_, f) => rows.map(({ feature }) => feature[f]!));
    const { varianceInflation, conditionNumber, companions } = separability(columns, this.weights);
    const figures: Figure[] = [];
    const inseparable: number[][] = [];
    activities.forEach((activity, f) => {
      if (!wanted.has(activity.function)) return;
      if (varianceInflation[f]! > MOST_INFLATION) inseparable.push(companions[f]!);
      else figures.push(this.figure(f, varianceInflation[f]!));
    });
    const { exponent } = this.fit.model;
    const u = jackknifeUncertainty(this.deviations.map((each) => each[activities.length] ?? 0));
    return {
      figures,
      refused: groupsOf(inseparable).map((group) => this.refusal(group, figures)),
      node: {
        windows: rows.length,
        condition_number: conditionNumber,
        exponent: { value: exponent, ci95: interval95(exponent, { u, degrees: this.degrees }) },
      },
    };
  }

  private figure(f: number, inflation: number): Figure {
    const { activities, windows, features } = this.built;
    const { view } = this;
    const activity = activities[f]!;
    const count = activity.count.reduce((sum, each) => sum + each, 0);
    const joules = this.joules[f]! / count;
    const random = this.random([f], activity.count, count);
    const shares = windows.map((_, i) =>
      idleShare(
        activities.map((each) => each.busySeconds[i]!),
        f,
      ),
    );
    const idleSeconds =
      windows.reduce((sum, window, i) => sum + shares[i]! * secondsOf(window), 0) / count;
    const idle = windows.reduce(
      (sum, window, i) => sum + shares[i]! * idleJoules(view.baseline!, window),
      0,
    );
    const used = windows.flatMap((_, i) => (activity.count[i]! > 0 ? [i] : []));
    return {
      activity: view.activities.find((each) => each.function === activity.function)!,
      method: 'regression',
      windows: windowsOf(view, windows),
      joules,
      random,
      full: {
        joules: joules + idle / count,
        random: combine(
          random,
          scale(
            baselineUncertainty(
              view.baseline!,
              view.baseline!.factors.map((_, k) => (k === 0 ? 1 : 0)),
            ),
            idleSeconds,
          ),
        ),
      },
      clock: this.clock(f, count),
      idleSeconds,
      // What the other functions leave of a window is this one's.
      repetitions: used.map((i) => ({
        repetition: windows[i]!.repetition,
        start_us: windows[i]!.startUs,
        end_us: windows[i]!.endUs,
        invocations: activity.count[i]!,
        energy_joules: windows[i]!.energyJoules,
        marginal_joules_per_invocation:
          (this.parts[i]![f]! + this.fit.residuals[i]!) / activity.count[i]!,
      })),
      regression: { feature: features[f]!, variance_inflation: inflation },
    };
  }

  /**
   * Of the joules of some functions together by a count: with a block left out, its part of both is left out too, for
   * how long invocations take differs from block to block.
   */
  private random(group: readonly number[], counts: ArrayLike<number>, count: number): Uncertainty {
    const { block, blocks } = this.built;
    const slopes = this.slopes[0]!.map((_, a) =>
      group.reduce((sum, f) => sum + this.slopes[f]![a]!, 0),
    );
    const joules = group.reduce((sum, f) => sum + this.joules[f]!, 0);
    const own = Array.from({ length: blocks }, () => ({ joules: 0, count: 0 }));
    block.forEach((g, i) => {
      own[g]!.joules += group.reduce((sum, f) => sum + this.parts[i]![f]!, 0);
      own[g]!.count += counts[i]!;
    });
    const u = jackknifeUncertainty(
      this.deviations.map((each, g) => {
        const moved = each.reduce((sum, value, a) => sum + value * slopes[a]!, 0);
        const left = joules > 0 ? 1 - own[g]!.joules / joules : 1;
        return (joules * left + moved * left) / (count - own[g]!.count);
      }),
    );
    return combine({ u, degrees: this.degrees }, scale(this.ofBaseline(slopes), 1 / count));
  }

  /** Every window subtracts the same idle power, so their scatter does not show its uncertainty. */
  private ofBaseline(slopes: readonly number[]): Uncertainty {
    const baseline = this.view.baseline!;
    const { windows } = this.built;
    const terms = windows.map((window) => baseline.terms(window));
    const byFactor = baseline.factors.map((_, k) => {
      const change = this.shift(terms.map((each) => -each[k]!));
      return change.reduce((sum, value, a) => sum + value * slopes[a]!, 0);
    });
    return baselineUncertainty(baseline, byFactor);
  }

  /** What the parameters change by where the rows' joules do. */
  private shift(joules: readonly number[]): number[] {
    const { jacobian, priorWeight } = this.fit;
    return solveLinear(jacobian, joules, this.weights, priorWeight);
  }

  private clock(f: number, count: number): Uncertainty {
    const { uncertainty } = this.view.clock;
    const { invocations, weights } = this.view;
    const { windows, activities, rows } = this.built;
    if (!(uncertainty.u > 0)) return { u: 0, degrees: Infinity };
    const lagUs = uncertainty.u * 1e6;
    const moved = activitiesIn(
      invocations,
      weights,
      windows.map(({ startUs, endUs }) => ({ startUs: startUs + lagUs, endUs: endUs + lagUs })),
    );
    const ratios = activities.map((each) => {
      const { busySeconds } = moved.find((other) => other.function === each.function)!;
      return busySeconds.map((value, i) =>
        each.busySeconds[i]! > 0 ? value / each.busySeconds[i]! : 1,
      );
    });
    const change = rows.map((row, i) => {
      const { shares } = effectOf(row, this.fit.model);
      return shares.reduce(
        (sum, share, g) => sum - this.fit.model.factors[g]! * share * (ratios[g]![i]! - 1),
        0,
      );
    });
    const moves = this.shift(change).reduce(
      (sum, value, a) => sum + value * this.slopes[f]![a]!,
      0,
    );
    return { u: Math.abs(moves) / count, degrees: uncertainty.degrees };
  }

  private derivatives(): number[][] {
    const { rows } = this.built;
    const { model, jacobian } = this.fit;
    const slopes = this.joules.map(() => new Array<number>(jacobian[0]!.length).fill(0));
    for (let a = 0; a < jacobian[0]!.length; a++) {
      const moved: LoadModel = { ...model, factors: [...model.factors] };
      const scaleOf = Math.max(...model.factors.map(Math.abs), 1e-12);
      const step = a < model.factors.length ? 1e-4 * (model.factors[a]! || scaleOf) : 1e-4;
      if (a < model.factors.length) moved.factors[a]! += step;
      else moved.exponent += step;
      joulesByFunction(rows, moved).forEach((value, f) => {
        slopes[f]![a] = (value - this.joules[f]!) / step;
      });
    }
    return slopes;
  }

  private refusal(group: readonly number[], figures: readonly Figure[]): Refusal {
    const { activities, blocks, rows } = this.built;
    const refused = group.filter(
      (f) => !figures.some(({ activity }) => activity.function === activities[f]!.function),
    );
    const names = refused.map((f) => activities[f]!.function);
    const joules = refused.reduce((sum, f) => sum + this.joules[f]!, 0);
    const gain = { u: this.view.sensor.gainRatio, degrees: Infinity };
    const uncertainty = combine(
      this.random(refused, new Float64Array(rows.length), 1),
      scale(gain, joules),
    );
    const counts = refused.map((f) => activities[f]!.count.reduce((sum, each) => sum + each, 0));
    return {
      functions: names,
      reason:
        names.length > 1
          ? `On ${this.view.node} their loads rose and fell together in all ${blocks} windows: only the sum of their energies can be told.`
          : `On ${this.view.node} its load rose and fell with the others' in all ${blocks} windows: it can't be told from them.`,
      joint: {
        node: this.view.node,
        energy_joules: joules,
        ci95: interval95(joules, uncertainty),
        invocations: counts,
      },
    };
  }
}

/** By the time in flight. */
function idleShare(busySeconds: readonly number[], f: number): number {
  const all = busySeconds.reduce((sum, each) => sum + each, 0);
  return all > 0 ? busySeconds[f]! / all : 0;
}

function windowsOf(view: NodeView, used: RegressionRows['windows']): number[] {
  return view.windows.flatMap((window, w) =>
    used.some((each) => each.startUs < window.endUs && each.endUs > window.startUs) ? [w] : [],
  );
}

/** The union of groups that share a member. */
function groupsOf(groups: readonly number[][]): number[][] {
  const merged: Set<number>[] = [];
  for (const group of groups) {
    const touching = merged.filter((each) => group.some((f) => each.has(f)));
    const union = new Set([...group, ...touching.flatMap((each) => [...each])]);
    for (const each of touching) merged.splice(merged.indexOf(each), 1);
    merged.push(union);
  }
  return merged.map((group) => [...group].sort((a, b) => a - b));
}
