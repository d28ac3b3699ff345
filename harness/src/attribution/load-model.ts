import type { InFlightStates } from './in-flight-states.js';
import { effectOf, type CpuParts, type LoadModel, type LoadRow } from './load-effect.js';
import { nonNegativeFit, nonNegativeLeastSquares } from './nnls.js';

/**
 * Nodes' exponents are about 1 within this, before a run says more (one standard deviation). Fan, Weber, Barroso
 * (ISCA 2007) fit servers by 2u - u^1.4, which is about u^0.8.
 */
const EXPONENT_PRIOR = 0.25;
const EXPONENT_RANGE = { low: 0.4, high: 2.5 };
const ROUNDS = 25;

/** A fit, and its equations at the solution: what a change of the rows would change. */
export interface LoadFit {
  model: LoadModel;
  /** 0 of rows without a weight. */
  residuals: number[];
  /** Of each row, the derivatives of its joules by the factors, then the offsets, then the exponent. */
  jacobian: number[][];
  /** Added to the normal equations by what is known before. */
  prior: number[][];
}

/** What is known of a fit's parameters before. */
export interface LoadPriors {
  /** Whether the exponent is fitted, else 1. */
  curved: boolean;
  cpuParts: CpuParts;
  /** Inverse covariance of the offsets, which are 0 before. */
  offsetPrecision: readonly (readonly number[])[];
}

/**
 * Weighted least squares, factors not negative. What is known before of offsets and exponent counts as further
 * observations (mixed estimation: Theil, Goldberger, Int. Econ. Rev. 2, 1961).
 */
export function fitLoadModel(
  rows: readonly LoadRow[],
  { curved, cpuParts, offsetPrecision }: LoadPriors,
): LoadFit {
  const known = rows.filter(({ weight }) => weight > 0);
  const seconds = known.reduce((sum, { states }) => sum + totalSeconds(states), 0);
  const joules = known.reduce((sum, each) => sum + each.joules, 0);
  const offsets = offsetPrecision.map(() => 0);
  const start: LoadModel = {
    factors: linearFactors(rows, cpuParts),
    offsets,
    exponent: 1,
    levelWatts: Math.max(joules / seconds, 1e-6),
    cpuParts,
  };
  const precision = [...offsetPrecision.map((row) => [...row, 0]), [...offsets, 0]];
  precision[offsets.length]![offsets.length] = 1 / EXPONENT_PRIOR ** 2;
  const linearised = (model: LoadModel) => linearise(rows, model, curved, precision);
  let fit = linearised(start);
  for (let round = 0; round < ROUNDS; round++) {
    const { model, prior } = fit;
    const before = penalised(rows, fit, prior);
    const target = solution(rows, fit);
    let [step, next] = [1, fit];
    for (; step > 0.01; step /= 2) {
      next = linearised(between(model, target, step));
      if (penalised(rows, next, prior) <= before) break;
    }
    if (step <= 0.01) break;
    const moved =
      Math.abs(next.model.exponent - model.exponent) +
      relativeChange(model.factors, next.model.factors);
    fit = next;
    if (moved < 1e-7) break;
  }
  return fit;
}

/** One step of Gauss-Newton, for the parameters themselves, so that factors can be held at 0. */
function solution(rows: readonly LoadRow[], { model, residuals, jacobian, prior }: LoadFit) {
  const size = jacobian[0]!.length;
  const width = model.factors.length;
  const now = parametersOf(model).slice(0, size);
  const means = parametersOf({ ...model, offsets: model.offsets.map(() => 0), exponent: 1 });
  const gram = prior.map((row) => [...row]);
  const moments = prior.map((row) => row.reduce((sum, each, b) => sum + each * means[b]!, 0));
  rows.forEach(({ weight }, i) => {
    const slopes = jacobian[i]!;
    const target = residuals[i]! + now.reduce((sum, each, a) => sum + each * slopes[a]!, 0);
    for (let a = 0; a < size; a++) {
      moments[a]! += weight * slopes[a]! * target;
      for (let b = 0; b < size; b++) gram[a]![b]! += weight * slopes[a]! * slopes[b]!;
    }
  });
  return nonNegativeLeastSquares(
    gram,
    moments,
    now.map((_, a) => a >= width),
  );
}

function between(model: LoadModel, target: readonly number[], step: number): LoadModel {
  const { factors, offsets, exponent } = model;
  const moved = (value: number, a: number) => value + step * ((target[a] ?? value) - value);
  const bent = moved(exponent, factors.length + offsets.length);
  return {
    ...model,
    factors: factors.map(moved),
    offsets: offsets.map((each, k) => moved(each, factors.length + k)),
    exponent: Math.min(EXPONENT_RANGE.high, Math.max(EXPONENT_RANGE.low, bent)),
  };
}

function parametersOf({ factors, offsets, exponent }: LoadModel): number[] {
  return [...factors, ...offsets, exponent];
}

/** Factors of a linear node. */
export function linearFactors(rows: readonly LoadRow[], cpuParts: CpuParts): number[] {
  return nonNegativeFit(
    linearColumns(rows, cpuParts),
    rows.map(({ joules }) => joules),
    rows.map(({ weight }) => weight),
  );
}

/** What the factors of a linear node are multiplied by: by factor, then row. */
export function linearColumns(
  rows: readonly LoadRow[],
  { cores, wattsPerCore }: CpuParts,
): number[][] {
  const cpuSeconds = rows.map(({ busySeconds }) =>
    cores.reduce((sum, each, f) => sum + each * busySeconds[f]!, 0),
  );
  return wattsPerCore.map((watts, f) =>
    rows.map(({ feature }, i) => feature[f]! + watts * cpuSeconds[i]!),
  );
}

function linearise(
  rows: readonly LoadRow[],
  model: LoadModel,
  curved: boolean,
  precision: readonly (readonly number[])[],
): LoadFit {
  const residuals: number[] = [];
  const jacobian: number[][] = [];
  for (const row of rows) {
    const { joules, slopes, byExponent } = effectOf(row, model);
    const offset = model.offsets.reduce((sum, each, k) => sum + each * row.offsets[k]!, 0);
    const left = row.joules - offset - joules.reduce((sum, each) => sum + each, 0);
    residuals.push(row.weight > 0 ? left : 0);
    jacobian.push([...slopes, ...row.offsets, ...(curved ? [byExponent] : [])]);
  }
  const size = jacobian[0]!.length;
  const width = model.factors.length;
  const free = Math.max(1, rows.filter(({ weight }) => weight > 0).length - size);
  const variance = rows.reduce((sum, { weight }, i) => sum + weight * residuals[i]! ** 2, 0) / free;
  const prior = Array.from({ length: size }, (_, a) =>
    Array.from({ length: size }, (_, b) =>
      a < width || b < width ? 0 : variance * precision[a - width]![b - width]!,
    ),
  );
  return { model, residuals, jacobian, prior };
}

function penalised(
  rows: readonly LoadRow[],
  { model, residuals }: LoadFit,
  prior: readonly (readonly number[])[],
): number {
  const off = parametersOf({ ...model, factors: model.factors.map(() => 0) });
  off[off.length - 1] = model.exponent - 1;
  let sum = rows.reduce((all, { weight }, i) => all + weight * residuals[i]! ** 2, 0);
  prior.forEach((row, a) => row.forEach((each, b) => (sum += off[a]! * each * off[b]!)));
  return sum;
}

function relativeChange(before: readonly number[], after: readonly number[]): number {
  const scale = Math.max(...before.map(Math.abs), 1e-300);
  return Math.max(...before.map((each, f) => Math.abs(each - after[f]!))) / scale;
}

function totalSeconds({ seconds }: InFlightStates): number {
  return seconds.reduce((sum, each) => sum + each, 0);
}
