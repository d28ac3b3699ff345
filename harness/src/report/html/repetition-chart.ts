import type { FunctionResult } from '../../attribution/result.js';
import { plain, quantity, withInterval } from '../quantity.js';
import { pointsChart } from './points-chart.js';
import type { Chart } from './render-chart.js';

/** A function's energy per invocation in every repetition, with the mean and its interval. */
export function repetitionChart(each: FunctionResult, index: number, simulated: boolean): Chart {
  const { marginal, repetitions, truth_joules_per_invocation: truth } = each;
  const note = simulated ? ' (simulated)' : '';
  return pointsChart({
    id: `repetitions-${each.function}-${each.node}`,
    title: `Marginal energy of ${each.function} by repetition${note}`,
    summary: `${repetitions.length} repetitions; mean ${withInterval(marginal.joules_per_invocation, marginal.ci95, 'J')} per invocation with its 95 % interval${truth === undefined ? '' : `; the twin's truth is ${quantity(truth, 'J', 4)}`}.`,
    points: repetitions.map((r) => [r.repetition, r.marginal_joules_per_invocation]),
    mean: marginal.joules_per_invocation,
    ci95: marginal.ci95,
    truth,
    per: 'invocation',
    index,
    simulated,
    table: [
      ['repetition', 'invocations', `energy${note}, J`, `marginal${note}, J/invocation`],
      ...repetitions.map((r) => [
        String(r.repetition),
        plain(r.invocations, 5),
        plain(r.energy_joules, 5),
        plain(r.marginal_joules_per_invocation, 4),
      ]),
    ],
  });
}
