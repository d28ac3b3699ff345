import { plain, withInterval } from '../quantity.js';
import { FAINT, seriesColor } from '../html/palette.js';
import { axis, GRID_BOX, type Chart } from '../html/render-chart.js';
import type { RunFigure } from './run-figures.js';

/** What a row and the axis take, in pixels: a chart of many runs is higher. */
const ROW = 34;
const AROUND = 100;

/** One function in every run: the figure with its interval, and a point for each repetition. */
export function functionChart(name: string, figures: readonly RunFigure[], index: number): Chart {
  const note = figures.some(({ run }) => run.result.simulated) ? ' (simulated)' : '';
  const color = seriesColor(index);
  const rows = figures.map(({ figure: { marginal, repetitions } }) => ({
    value: marginal.joules_per_invocation * 1000,
    ends: [marginal.ci95.low * 1000, marginal.ci95.high * 1000] as const,
    repetitions: repetitions.map((each) => each.marginal_joules_per_invocation * 1000),
  }));
  return {
    id: `runs-${name}`.replaceAll(/[^\w-]/g, '_'),
    title: `Marginal energy of ${name} in every run${note}`,
    summary: `${figures
      .map(
        ({ place, figure: { marginal } }) =>
          `${place}: ${withInterval(marginal.joules_per_invocation, marginal.ci95, 'J')}`,
      )
      .join('; ')}. Bars are 95 % intervals, small points are repetitions.`,
    height: AROUND + ROW * figures.length,
    option: (narrow) => ({
      grid: { ...GRID_BOX, top: 12, left: narrow ? 120 : 230 },
      xAxis: { ...axis(`mJ/invocation${note}`), type: 'value', nameGap: 26, scale: true },
      yAxis: {
        ...axis(''),
        type: 'category',
        inverse: true,
        data: figures.map(({ place }) => place),
        axisLabel: { color: FAINT, width: narrow ? 112 : 220, overflow: 'break' },
      },
      series: [
        {
          type: 'scatter',
          symbolSize: 6,
          itemStyle: { color, opacity: 0.45 },
          data: rows.flatMap(({ repetitions }, i) => repetitions.map((value) => [value, i])),
        },
        ...rows.map(({ ends }, i) => ({
          type: 'line' as const,
          showSymbol: false,
          silent: true,
          lineStyle: { color, width: 3 },
          data: ends.map((end) => [end, i]),
        })),
        {
          type: 'scatter',
          symbol: 'rect',
          symbolSize: [4, 16],
          itemStyle: { color },
          data: rows.map(({ value }, i) => [value, i]),
        },
      ],
    }),
    table: [
      ['node, start', 'run', 'repetition', `marginal${note}, J/invocation`],
      ...figures.flatMap(({ place, run, figure: { marginal, repetitions } }) => [
        [
          place,
          run.result.run,
          'all',
          withInterval(marginal.joules_per_invocation, marginal.ci95, 'J'),
        ],
        ...repetitions.map((each) => [
          place,
          run.result.run,
          String(each.repetition),
          plain(each.marginal_joules_per_invocation, 4),
        ]),
      ]),
    ],
  };
}
