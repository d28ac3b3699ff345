import { cumulativeAt } from '../../attribution/cumulative.js';
import type { NodeSamples, Phase } from '../../attribution/input.js';
import { plain } from '../quantity.js';
import { PHASE_FILLS, seriesColor } from './palette.js';
import { axis, GRID_BOX, LEGEND, type Chart } from './render-chart.js';

const WIDE_POINTS = 900;
const NARROW_POINTS = 300;

/** A node's power over the run, shaded by phase. */
export function powerChart(
  samples: NodeSamples,
  phases: readonly Phase[],
  simulated: boolean,
): Chart {
  const startUs = samples.timeUs[0]!;
  const endUs = samples.timeUs[samples.timeUs.length - 1]!;
  const note = simulated ? ' (simulated)' : '';
  const powers = meanPowers(samples, 20);
  const [low, high] = [
    Math.min(...powers.map(([, w]) => w)),
    Math.max(...powers.map(([, w]) => w)),
  ];
  const shown = Object.entries(PHASE_FILLS).filter(([name]) =>
    phases.some(({ phase }) => phase === name),
  );
  const seconds = (us: number) => (us - startUs) / 1e6;
  return {
    id: `power-${samples.node.replaceAll(/[^\w-]/g, '_')}`,
    title: `Power of ${samples.node}${note}`,
    summary: `Power over ${plain(seconds(endUs), 3)} s, between ${plain(low, 3)} and ${plain(high, 3)} W on average; the bands are the phases of the run.`,
    option: (narrow) => ({
      grid: GRID_BOX,
      legend: { ...LEGEND, data: shown.map(([name]) => name) },
      xAxis: {
        ...axis('seconds since the run began'),
        type: 'value',
        nameGap: 26,
        min: 0,
        max: Math.ceil(seconds(endUs)),
        splitLine: { show: false },
      },
      yAxis: { ...axis(`watts${note}`), type: 'value', nameGap: 38, min: 0 },
      series: [
        ...shown.map(([name, fill]) => ({
          name,
          type: 'line' as const,
          data: [],
          itemStyle: { color: fill },
          markArea: {
            silent: true,
            itemStyle: { color: fill },
            data: phases
              .filter(({ phase }) => phase === name)
              .map((phase): [object, object] => [
                { xAxis: seconds(phase.startUs) },
                { xAxis: seconds(phase.endUs) },
              ]),
          },
        })),
        {
          name: 'power',
          type: 'line',
          showSymbol: false,
          lineStyle: { width: 1.2, color: seriesColor(0) },
          data: meanPowers(samples, narrow ? NARROW_POINTS : WIDE_POINTS).map(([us, watts]) => [
            seconds(us),
            watts,
          ]),
        },
      ],
    }),
    table: [
      ['phase', 'repetition', 'function', 'from, s', 'to, s', `mean power${note}, W`],
      ...phases.map((phase) => [
        phase.phase,
        String(phase.repetition),
        phase.function ?? '',
        seconds(phase.startUs).toFixed(2),
        seconds(phase.endUs).toFixed(2),
        plain(
          (cumulativeAt(samples.timeUs, samples.energyJoules, phase.endUs) -
            cumulativeAt(samples.timeUs, samples.energyJoules, phase.startUs)) /
            ((phase.endUs - phase.startUs) / 1e6),
          4,
        ),
      ]),
    ],
  };
}

/** Mean power in bins of equal length, none shorter than the samples' own spacing. */
function meanPowers({ timeUs, energyJoules }: NodeSamples, most: number): [number, number][] {
  const count = Math.max(1, Math.min(most, timeUs.length - 1));
  const [startUs, endUs] = [timeUs[0]!, timeUs[timeUs.length - 1]!];
  const step = (endUs - startUs) / count;
  return Array.from({ length: count }, (_, i) => {
    const from = startUs + i * step;
    const to = i === count - 1 ? endUs : from + step;
    const joules =
      cumulativeAt(timeUs, energyJoules, to) - cumulativeAt(timeUs, energyJoules, from);
    return [(from + to) / 2, joules / ((to - from) / 1e6)];
  });
}
