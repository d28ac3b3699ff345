import type { NodeResult } from '../../attribution/result.js';
import { FAINT, PAPER, seriesColor } from './palette.js';
import { axis, GRID_BOX, LEGEND, type Chart } from './render-chart.js';

const TERMS = ['idle', 'functions', 'other', 'residual'] as const;
const COLORS = [FAINT, seriesColor(0), seriesColor(1), seriesColor(2)];

/** Where the energy of the run went: measured = idle + functions + other + residual. */
export function balanceChart(nodes: readonly NodeResult[], simulated: boolean): Chart {
  const note = simulated ? ' (simulated)' : '';
  return {
    id: 'balance',
    title: `Energy balance${note}`,
    summary: nodes
      .map(({ node, energy_joules: energy }) => {
        const share = (joules: number) => `${((joules / energy.measured) * 100).toFixed(1)} %`;
        return `${node}: of ${energy.measured.toFixed(1)} J, ${share(energy.idle)} idle, ${share(energy.functions)} functions, ${share(energy.other)} other, ${share(energy.residual)} residual`;
      })
      .join('; ')
      .concat('.'),
    option: (narrow) => ({
      grid: { ...GRID_BOX, left: narrow ? 70 : 110 },
      legend: { ...LEGEND, data: [...TERMS] },
      xAxis: { ...axis(`joules${note}`), type: 'value', nameGap: 26 },
      yAxis: {
        ...axis(''),
        type: 'category',
        data: nodes.map(({ node }) => node),
        axisLabel: { color: FAINT, width: narrow ? 60 : 100, overflow: 'truncate' },
      },
      series: TERMS.map((term, index) => ({
        name: term,
        type: 'bar',
        stack: 'energy',
        barMaxWidth: 48,
        itemStyle: { color: COLORS[index]!, borderColor: PAPER, borderWidth: 1 },
        data: nodes.map(({ energy_joules: energy }) => energy[term]),
      })),
    }),
    table: [
      ['node', ...['measured', ...TERMS].map((term) => `${term}${note}, J`)],
      ...nodes.map(({ node, energy_joules: energy }) => [
        node,
        ...[energy.measured, ...TERMS.map((term) => energy[term])].map((joules) =>
          joules.toFixed(3),
        ),
      ]),
    ],
  };
}
