import { activitiesIn } from './activity.js';
import { unheardCpuSeconds } from './baseline-offsets.js';
import { varianceOverBlocks } from './block-spanning.js';
import { baselineUncertainty } from './idle-baseline.js';
import { jackknifeUncertainty, leaveBlocksOut } from './jackknife.js';
import { effectOf, joulesByFunction, type LoadModel } from './load-effect.js';
import { fitLoadModel, type LoadFit } from './load-model.js';
import type { NodeView } from './node-view.js';
import type { RegressionRows } from './regression-rows.js';
import { combine, scale, type Uncertainty } from './uncertainty.js';
import { solveLinear, solveNormal } from './weighted-least-squares.js';

/** Joules of each function by the load model, and how sure they are. */
export class RegressionFit {
  private readonly fit: LoadFit;
  /** By block left out, then parameter. */
  private readonly deviations: number[][];
  private readonly degrees: number;
  /** Derivatives of each function's joules by the parameters. */
  private readonly slopes: number[][];
  readonly joules: number[];
  private readonly weights: number[];
  /** By row, then function: joules at the solution. */
  readonly parts: number[][];
  /** Of each row. */
  readonly residuals: readonly number[];
  /** Of each function's joules, in joules squared. */
  private readonly spanning: number[];

  constructor(
    private readonly view: NodeView,
    private readonly built: RegressionRows,
  ) {
    const { rows, block, blocks, priors } = built;
    this.fit = fitLoadModel(rows, priors);
    this.residuals = this.fit.residuals;
    this.weights = rows.map(({ weight }) => weight);
    const { jacobian, prior, model } = this.fit;
    this.deviations = leaveBlocksOut(jacobian, this.residuals, this.weights, block, blocks, prior);
    this.degrees = blocks - jacobian[0]!.length;
    this.parts = rows.map((row) => effectOf(row, model).joules);
    this.joules = joulesByFunction(rows, model);
    this.slopes = this.derivatives();
    this.spanning = varianceOverBlocks(view, built, model, this.joules);
  }

  /** What a function's CPU time costs of its joules; undefined where that is all. */
  cpuJoules(f: number): number | undefined {
    const { factors, cpuParts } = this.fit.model;
    if (cpuParts.cores[f] === 0) return undefined;
    const feature = this.built.rows.reduce((sum, row) => sum + row.feature[f]!, 0);
    return this.joules[f]! - factors[f]! * feature;
  }

  /** Joules over the run of other work that came during load only. */
  otherJoules(): number | undefined {
    const { otherWatts } = this.built;
    if (otherWatts === undefined) return undefined;
    const [seconds] = unheardCpuSeconds(this.view, [this.view.span])!;
    return (otherWatts + this.fit.model.offsets.at(-1)!) * seconds!;
  }

  exponent(): { value: number; uncertainty: Uncertainty } {
    const { factors, offsets, exponent } = this.fit.model;
    const at = factors.length + offsets.length;
    const u = jackknifeUncertainty(this.deviations.map((each) => each[at] ?? 0));
    return { value: exponent, uncertainty: { u, degrees: this.degrees } };
  }

  /**
   * Of the joules of some functions together by a count: with a block left out, its part of both is left out too, for
   * how long invocations take differs from block to block.
   */
  random(group: readonly number[], counts: ArrayLike<number>, count: number): Uncertainty {
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
    const spanning = Math.sqrt(group.reduce((sum, f) => sum + this.spanning[f]!, 0)) / count;
    return combine(
      { u: Math.hypot(u, spanning), degrees: this.degrees },
      scale(this.ofBaseline(slopes), 1 / count),
    );
  }

  /** Every window has the same idle power, so their scatter does not show its uncertainty. */
  private ofBaseline(slopes: readonly number[]): Uncertainty {
    const baseline = this.view.baseline!;
    const { jacobian, prior, model } = this.fit;
    const first = model.factors.length;
    const byFactor = baseline.factors.map((_, k) =>
      solveNormal(
        jacobian,
        this.weights,
        prior,
        prior.map((row) => row[first + k]!),
      ).reduce((sum, value, a) => sum + value * slopes[a]!, 0),
    );
    return baselineUncertainty(baseline, byFactor);
  }

  /** What the parameters change by where the rows' joules do. */
  private shift(joules: readonly number[]): number[] {
    const { jacobian, prior } = this.fit;
    return solveLinear(jacobian, joules, this.weights, prior);
  }

  /** What clocks that differ by their uncertainty change a function's figure by. */
  clock(f: number, count: number): Uncertainty {
    const { uncertainty } = this.view.clock;
    const { invocations, weights } = this.view;
    const { windows, activities } = this.built;
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
    const change = this.parts.map((parts, i) =>
      parts.reduce((sum, joules, g) => sum - joules * (ratios[g]![i]! - 1), 0),
    );
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
    const { factors, offsets } = model;
    for (let a = 0; a < jacobian[0]!.length; a++) {
      if (a >= factors.length && a < factors.length + offsets.length) continue;
      const moved: LoadModel = { ...model, factors: [...factors] };
      const scaleOf = Math.max(...factors.map(Math.abs), 1e-12);
      const step = a < factors.length ? 1e-4 * (factors[a]! || scaleOf) : 1e-4;
      if (a < factors.length) moved.factors[a]! += step;
      else moved.exponent += step;
      joulesByFunction(rows, moved).forEach((value, f) => {
        slopes[f]![a] = (value - this.joules[f]!) / step;
      });
    }
    return slopes;
  }
}
