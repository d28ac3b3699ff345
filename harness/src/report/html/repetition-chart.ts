import { type FunctionResult } from '../../attribution/result.js';
import { plain, quantity, withInterval } from '../quantity.js';
import { INK, seriesColor, TRUTH } from './palette.js';
import { axis, GRID_BOX, LEGEND, type Chart } from './render-chart.js';

/** A function's energy per invocation in every repetition, with the mean and its interval. */
export function repetitionChart(each: FunctionResult, index: number, simulated: boolean): Chart {
  const { marginal, repetitions, truth_joules_per_invocation: truth } = each;
  const note = simulated ? ' (simulated)' : '';
  const [factor, unit] = scaleOf(
    Math.max(Math.abs(marginal.joules_per_invocation), marginal.ci95.high),
  );
  const shown = (joules: number) => joules / factor;
  const known = truth === undefined ? [] : [truth];
  const all = [
    ...repetitions.map((r) => r.marginal_joules_per_invocation),
    marginal.ci95.low,
    marginal.ci95.high,
    ...known,
  ];
  const margin = (Math.max(...all) - Math.min(...all)) * 0.15;
  return {
    id: `repetitions-${each.function}-${each.node}`.replaceAll(/[^\w-]/g, '_'),
    title: `Marginal energy of ${each.function} by repetition${note}`,
    summary: `${repetitions.length} repetitions; mean ${withInterval(marginal.joules_per_invocation, marginal.ci95, 'J')} per invocation with its 95 % interval${truth === undefined ? '' : `; the twin's truth is ${quantity(truth, 'J', 4)}`}.`,
    option: () => ({
      grid: { ...GRID_BOX, left: 70 },
      legend: {
        ...LEGEND,
        data: ['repetition', 'mean, 95 %', ...(truth === undefined ? [] : ['truth'])],
      },
      xAxis: {
        ...axis('repetition'),
        type: 'category',
        nameGap: 26,
        data: repetitions.map((r) => String(r.repetition)),
        splitLine: { show: false },
      },
      yAxis: {
        ...axis(`${unit}/invocation${note}`),
        type: 'value',
        nameGap: 52,
        scale: true,
        min: round(shown(Math.min(...all) - margin)),
        max: round(shown(Math.max(...all) + margin)),
        splitNumber: 5,
        axisLabel: { showMinLabel: false, showMaxLabel: false },
      },
      series: [
        {
          name: 'repetition',
          type: 'scatter',
          symbolSize: 9,
          itemStyle: { color: seriesColor(index) },
          data: repetitions.map((r) => shown(r.marginal_joules_per_invocation)),
          markArea: {
            silent: true,
            itemStyle: { color: seriesColor(index), opacity: 0.16 },
            data: [[{ yAxis: shown(marginal.ci95.low) }, { yAxis: shown(marginal.ci95.high) }]],
          },
        },
        line('mean, 95 %', shown(marginal.joules_per_invocation), seriesColor(index), 'solid'),
        ...known.map((joules) => line('truth', shown(joules), TRUTH, 'dashed')),
      ],
    }),
    table: [
      ['repetition', 'invocations', `energy${note}, J`, `marginal${note}, J/invocation`],
      ...repetitions.map((r) => [
        String(r.repetition),
        plain(r.invocations, 5),
        plain(r.energy_joules, 5),
        plain(r.marginal_joules_per_invocation, 4),
      ]),
    ],
  };
}

function line(name: string, y: number, color: string, type: 'solid' | 'dashed') {
  return {
    name,
    type: 'line' as const,
    data: [],
    itemStyle: { color },
    lineStyle: { color, type },
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false, color: INK },
      lineStyle: { color, type, width: 1.5 },
      data: [{ yAxis: y }],
    },
  };
}

function scaleOf(joules: number): [number, string] {
  if (joules >= 1) return [1, 'J'];
  return joules >= 1e-3 ? [1e-3, 'mJ'] : [1e-6, 'µJ'];
}

/** An axis that ends at a number with many digits would print them. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}
