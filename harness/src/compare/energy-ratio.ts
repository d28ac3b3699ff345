import type { Estimate } from '../attribution/result.js';
import { combine, interval95, scale, type Uncertainty } from '../attribution/uncertainty.js';

/** A run's marginal energy of a function, with what it may be wrong by against the other run. */
export interface ComparedFigure {
  joules: number;
  /** Of repetition and idle power. */
  random: Uncertainty;
  /** Of the meter, as a share of `joules`, where it does not cancel between the runs. */
  systematicRatio: number;
}

/**
 * `figure` over `baseline` with its 95 % interval, made on the logarithm: the reciprocal comparison gives reciprocals.
 * @returns undefined where one of them is not above 0
 */
export function energyRatio(
  baseline: ComparedFigure,
  figure: ComparedFigure,
): Estimate | undefined {
  if (!(baseline.joules > 0 && figure.joules > 0)) return undefined;
  const uncertainty = combine(...[baseline, figure].flatMap(ofLogarithm));
  const logarithm = Math.log(figure.joules / baseline.joules);
  const { low, high } = interval95(logarithm, uncertainty);
  return { value: Math.exp(logarithm), ci95: { low: Math.exp(low), high: Math.exp(high) } };
}

/** u(ln x) = u(x) / x (GUM, 5.1.2). */
function ofLogarithm({ joules, random, systematicRatio }: ComparedFigure): Uncertainty[] {
  return [scale(random, 1 / joules), { u: systematicRatio, degrees: Infinity }];
}
