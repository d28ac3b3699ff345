import type { FunctionResult } from '../../attribution/result.js';
import { quantity, withInterval } from '../quantity.js';
import { INK, seriesColor } from './palette.js';
import { axis, GRID_BOX, type Chart } from './render-chart.js';

/** A function's place in the plane. */
export type PlanePoint = Pick<FunctionResult, 'marginal' | 'latency_seconds'> & {
  name: string;
  /** Points of one kind have one colour, of one mark one symbol. */
  kind: number;
  mark: number;
};

const SYMBOLS = ['circle', 'diamond', 'triangle', 'rect', 'pin', 'arrow'];

/** Energy against latency: nearer to the corner is better at both. */
export function planeChart(points: readonly PlanePoint[], simulated: boolean): Chart {
  const note = simulated ? ' (simulated)' : '';
  const placed = points.filter(({ marginal }) => marginal.detectable);
  return {
    id: 'plane',
    title: `Energy and latency${note}`,
    summary: `${placed
      .map(
        ({ name, marginal, latency_seconds: latency }) =>
          `${name}: ${quantity(marginal.joules_per_invocation, 'J')} and ${quantity(latency.p50, 's')}`,
      )
      .join(
        '; ',
      )}. Nearer to the lower left corner is better at both; the bars are 95 % intervals of the energy, and p50 to p95 of the latency.`,
    option: () => ({
      grid: { ...GRID_BOX, top: 12, left: 70 },
      xAxis: {
        ...axis('latency, milliseconds'),
        type: 'log',
        nameGap: 26,
        ...decades(placed.flatMap(latencyMs)),
      },
      yAxis: {
        ...axis(`mJ/invocation${note}`),
        type: 'log',
        nameGap: 52,
        ...decades(placed.flatMap(energyMillijoules)),
      },
      series: placed.flatMap((point) => {
        const { name, kind, mark, marginal, latency_seconds: latency } = point;
        const [x, y] = [latency.p50 * 1000, marginal.joules_per_invocation * 1000];
        const color = seriesColor(kind);
        const [, low, high] = energyMillijoules(point);
        return [
          {
            name,
            type: 'scatter' as const,
            symbol: SYMBOLS[mark % SYMBOLS.length]!,
            symbolSize: 11,
            itemStyle: { color },
            label: { show: true, formatter: name, position: 'top' as const, color: INK },
            labelLayout: { hideOverlap: true },
            data: [[x, y]],
          },
          bar([x, low!], [x, high!], color),
          bar([x, y], [latency.p95 * 1000, y], color),
        ];
      }),
    }),
    table: [
      ['function', `marginal${note}, J/invocation`, 'p50', 'p95'],
      ...points.map(({ name, marginal, latency_seconds: latency }) => [
        name,
        marginal.detectable
          ? withInterval(marginal.joules_per_invocation, marginal.ci95, 'J')
          : `< ${quantity(marginal.detection_limit_joules, 'J', 2)}`,
        quantity(latency.p50, 's'),
        quantity(latency.p95, 's'),
      ]),
    ],
  };
}

const latencyMs = ({ latency_seconds: { p50, p95 } }: PlanePoint) => [p50 * 1000, p95 * 1000];

/** The figure and the ends of its interval; an end below nothing is not on a logarithmic axis. */
function energyMillijoules({ marginal }: PlanePoint): number[] {
  const { joules_per_invocation: joules, ci95 } = marginal;
  return [joules, Math.max(ci95.low, joules / 10), ci95.high].map((value) => value * 1000);
}

function bar(from: number[], to: number[], color: string) {
  return {
    type: 'line' as const,
    showSymbol: false,
    silent: true,
    lineStyle: { color, width: 1.5 },
    data: [from, to],
  };
}

/** Whole powers of ten around what is shown, so that the labels are round. */
function decades(values: readonly number[]): { min: number; max: number } {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  if (logs.length === 0) return { min: 1, max: 10 };
  const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
  return { min: 10 ** low, max: 10 ** Math.max(high, low + 1) };
}
