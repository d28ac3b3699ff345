import type { ColdStartResult } from '../../attribution/result.js';
import { plain, quantity, withInterval } from '../quantity.js';
import { pointsChart } from './points-chart.js';
import type { Chart } from './render-chart.js';

/** A function's cold starts one by one, with their mean and its interval. */
export function coldChart(each: ColdStartResult, index: number, simulated: boolean): Chart {
  const { start_joules: start, cycles, truth } = each;
  const note = simulated ? ' (simulated)' : '';
  return pointsChart({
    id: `cold-${each.function}-${each.node}`,
    title: `Energy of cold starts of ${each.function}${note}`,
    summary: `${cycles.length} cold starts; mean ${withInterval(start.value, start.ci95, 'J')} with its 95 % interval${truth ? `; the twin's truth is ${quantity(truth.start_joules, 'J', 4)}` : ''}.`,
    points: cycles.map((cycle) => [cycle.repetition, cycle.start_joules]),
    mean: start.value,
    ci95: start.ci95,
    truth: truth?.start_joules,
    per: 'start',
    index,
    simulated,
    table: [
      [
        'repetition',
        'first answer after',
        `start${note}, J`,
        `warm request${note}, J`,
        `idle without a replica${note}, W`,
        `idle with one${note}, W`,
      ],
      ...cycles.map((cycle) => [
        String(cycle.repetition),
        quantity(cycle.start_seconds, 's'),
        plain(cycle.start_joules, 4),
        plain(cycle.warm_request_joules, 4),
        plain(cycle.idle_watts, 5),
        plain(cycle.warm_watts, 5),
      ]),
    ],
  });
}
