import { type InFlightStates } from './in-flight-states.js';
import { nonNegativeLeastSquares } from './nnls.js';

/**
 * Energy above idle by what was in flight. Power is the sum of what is busy, to a power: with b = sum of m_f * n_f
 * (m_f watts for each request of f at a time, n_f of them), a node draws B * (b / B)^a above idle. a = 1 is a node
 * whose power is proportional to its load; a < 1 one whose first load costs most.
 */
export interface LoadRow {
  /** Above idle. */
  joules: number;
  weight: number;
  states: InFlightStates;
  /** What each function did, in its feature: column sums of the design where a = 1. */
  feature: readonly number[];
  /** Feature by seconds in flight. */
  intensity: readonly number[];
}

export interface LoadModel {
  /** Of each function, in joules by unit of its feature, at the load level B. */
  factors: number[];
  exponent: number;
  /** B, in watts. */
  levelWatts: number;
}

/** What a model says of one row. */
export interface Effect {
  /** By function: joules = sum of factor * share. At a = 1, its feature. */
  shares: number[];
  /** Derivative of joules by the exponent. */
  byExponent: number;
}

/**
 * Nodes' exponents are about 1 within this, before a run says more (one standard deviation). Fan, Weber, Barroso
 * (ISCA 2007) fit servers by 2u - u^1.4, which is about u^0.8.
 */
const EXPONENT_PRIOR = 0.25;
const EXPONENT_RANGE = { low: 0.4, high: 2.5 };
const ROUNDS = 25;

/**
 * Of a power that is homogeneous in b, each function has the share that its part of b has: the Aumann-Shapley price,
 * its cost at the margin averaged over all levels of load from none to what there was (Billera, Heath, Math. Oper.
 * Res. 7, 1982). By Euler's theorem the shares sum to the whole, so a fit is least squares on shares.
 */
export function effectOf(
  { states, feature, intensity }: LoadRow,
  { factors, exponent, levelWatts }: LoadModel,
): Effect {
  const width = factors.length;
  const shares = feature.map((value, f) => (intensity[f] === 0 ? value : 0));
  if (exponent === 1 && states.seconds.length === 0) return { shares: [...feature], byExponent: 0 };
  let byExponent = 0;
  const { seconds, counts } = states;
  for (let s = 0; s < seconds.length; s++) {
    let watts = 0;
    for (let f = 0; f < width; f++) watts += factors[f]! * intensity[f]! * counts[s * width + f]!;
    const level = Math.max(watts / levelWatts, 1e-3);
    const log = Math.log(level);
    const price = Math.exp((exponent - 1) * log) * seconds[s]!;
    byExponent += watts * price * log;
    for (let f = 0; f < width; f++) {
      const count = counts[s * width + f]!;
      if (count !== 0) shares[f]! += price * intensity[f]! * count;
    }
  }
  return { shares, byExponent };
}

/** Joules of each function in all rows. */
export function joulesByFunction(rows: readonly LoadRow[], model: LoadModel): number[] {
  const totals = model.factors.map(() => 0);
  // A factor below 0 is possible where it was resampled; power that is less than none is not.
  const allowed = { ...model, factors: model.factors.map((factor) => Math.max(0, factor)) };
  for (const row of rows) {
    const { shares } = effectOf(row, allowed);
    shares.forEach((share, f) => (totals[f]! += model.factors[f]! * share));
  }
  return totals;
}

/** A fit, and its equations at the solution: what a change of the rows would change. */
export interface LoadFit {
  model: LoadModel;
  residuals: number[];
  /** Of each row, the derivatives of its joules by the factors, then the exponent. */
  jacobian: number[][];
  /** Added to the diagonal of the last parameter by what is known before. */
  priorWeight: number;
}

/** Weighted least squares, factors not negative. @param curved - whether the exponent is fitted, else 1 */
export function fitLoadModel(rows: readonly LoadRow[], curved: boolean): LoadFit {
  const width = rows[0]!.feature.length;
  const linear = linearFactors(rows);
  const seconds = rows.reduce((sum, { states }) => sum + totalSeconds(states), 0);
  const joules = rows.reduce((sum, each) => sum + each.joules, 0);
  let model: LoadModel = {
    factors: linear,
    exponent: 1,
    levelWatts: Math.max(joules / seconds, 1e-6),
  };
  let fit = linearise(rows, model, curved);
  for (let round = 0; curved && round < ROUNDS; round++) {
    const { factors, exponent } = model;
    const size = width + 1;
    const gram = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    const moments = new Array<number>(size).fill(0);
    rows.forEach(({ weight }, i) => {
      const slopes = fit.jacobian[i]!;
      // Gauss-Newton for the factors themselves, so that they can be held at 0.
      const target =
        fit.residuals[i]! + factors.reduce((sum, each, f) => sum + each * slopes[f]!, 0);
      accumulate(gram, moments, slopes, target, weight);
    });
    gram[width]![width]! += fit.priorWeight;
    moments[width]! += fit.priorWeight * (1 - exponent);
    const free = Array.from({ length: size }, (_, i) => i === width);
    const solution = nonNegativeLeastSquares(gram, moments, free);
    const before = penalised(rows, fit, exponent);
    let step = 1;
    let next = model;
    let tried = fit;
    for (; step > 0.01; step /= 2) {
      next = {
        ...model,
        factors: factors.map((each, f) => each + step * (solution[f]! - each)),
        exponent: Math.min(
          EXPONENT_RANGE.high,
          Math.max(EXPONENT_RANGE.low, exponent + step * solution[width]!),
        ),
      };
      tried = linearise(rows, next, curved);
      if (penalised(rows, { ...tried, priorWeight: fit.priorWeight }, next.exponent) <= before)
        break;
    }
    if (step <= 0.01) break;
    const moved = Math.abs(next.exponent - exponent) + relativeChange(factors, next.factors);
    [model, fit] = [next, tried];
    if (moved < 1e-7) break;
  }
  return fit;
}

/** Factors of a linear node. */
export function linearFactors(rows: readonly LoadRow[]): number[] {
  const width = rows[0]!.feature.length;
  const gram = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  const moments = new Array<number>(width).fill(0);
  for (const { feature, joules, weight } of rows)
    accumulate(gram, moments, feature, joules, weight);
  return nonNegativeLeastSquares(gram, moments);
}

function linearise(rows: readonly LoadRow[], model: LoadModel, curved: boolean): LoadFit {
  const residuals: number[] = [];
  const jacobian: number[][] = [];
  for (const row of rows) {
    const { shares, byExponent } = curved
      ? effectOf(row, model)
      : { shares: [...row.feature], byExponent: 0 };
    const slopes = shares.map((share) => model.exponent * share);
    residuals.push(
      row.joules - shares.reduce((sum, share, f) => sum + share * model.factors[f]!, 0),
    );
    jacobian.push(curved ? [...slopes, byExponent] : slopes);
  }
  const free = Math.max(1, rows.length - model.factors.length - 1);
  const variance = rows.reduce((sum, { weight }, i) => sum + weight * residuals[i]! ** 2, 0) / free;
  return { model, residuals, jacobian, priorWeight: curved ? variance / EXPONENT_PRIOR ** 2 : 0 };
}

function penalised(rows: readonly LoadRow[], fit: LoadFit, exponent: number): number {
  return (
    rows.reduce((sum, { weight }, i) => sum + weight * fit.residuals[i]! ** 2, 0) +
    fit.priorWeight * (exponent - 1) ** 2
  );
}

function accumulate(
  gram: number[][],
  moments: number[],
  slopes: readonly number[],
  target: number,
  weight: number,
): void {
  for (let a = 0; a < slopes.length; a++) {
    moments[a]! += weight * slopes[a]! * target;
    for (let b = 0; b < slopes.length; b++) gram[a]![b]! += weight * slopes[a]! * slopes[b]!;
  }
}

function relativeChange(before: readonly number[], after: readonly number[]): number {
  const scale = Math.max(...before.map(Math.abs), 1e-300);
  return Math.max(...before.map((each, f) => Math.abs(each - after[f]!))) / scale;
}

function totalSeconds({ seconds }: InFlightStates): number {
  return seconds.reduce((sum, each) => sum + each, 0);
}
