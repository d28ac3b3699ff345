import type { Interval } from '../../attribution/result.js';
import { INK, seriesColor, TRUTH } from './palette.js';
import { axis, GRID_BOX, LEGEND, type Chart } from './render-chart.js';

export interface Points extends Pick<Chart, 'id' | 'title' | 'summary' | 'table'> {
  /** Joules by the number of their repetition. */
  points: readonly (readonly [repetition: number, joules: number])[];
  mean: number;
  ci95: Interval;
  truth?: number | undefined;
  /** What a point's joules are of, such as `invocation`. */
  per: string;
  index: number;
  simulated: boolean;
}

/** Joules in every repetition, with the mean and its interval. */
export function pointsChart(of: Points): Chart {
  const { points, mean, ci95, truth, index } = of;
  const note = of.simulated ? ' (simulated)' : '';
  const [factor, unit] = scaleOf(Math.max(Math.abs(mean), ci95.high));
  const shown = (joules: number) => joules / factor;
  const known = truth === undefined ? [] : [truth];
  const all = [...points.map(([, joules]) => joules), ci95.low, ci95.high, ...known];
  const margin = (Math.max(...all) - Math.min(...all)) * 0.15;
  return {
    id: of.id.replaceAll(/[^\w-]/g, '_'),
    title: of.title,
    summary: of.summary,
    table: of.table,
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
        data: points.map(([repetition]) => String(repetition)),
        splitLine: { show: false },
      },
      yAxis: {
        ...axis(`${unit}/${of.per}${note}`),
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
          data: points.map(([, joules]) => shown(joules)),
          markArea: {
            silent: true,
            itemStyle: { color: seriesColor(index), opacity: 0.16 },
            data: [[{ yAxis: shown(ci95.low) }, { yAxis: shown(ci95.high) }]],
          },
        },
        line('mean, 95 %', shown(mean), seriesColor(index), 'solid'),
        ...known.map((joules) => line('truth', shown(joules), TRUTH, 'dashed')),
      ],
    }),
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
