import type { Invocations } from '../../attribution/input.js';
import { isSuccess } from '../../attribution/node-invocations.js';
import { quantile } from '../../attribution/quantile.js';
import type { FunctionResult } from '../../attribution/result.js';
import { quantity } from '../quantity.js';
import { seriesColor } from './palette.js';
import { axis, GRID_BOX, LEGEND, type Chart } from './render-chart.js';

const POINTS = 120;

/** How many invocations were answered within which time, by function. */
export function latencyChart(
  functions: readonly FunctionResult[],
  invocations: Invocations,
  nameOf: (each: FunctionResult) => string,
): Chart {
  const series = functions.map((each) => ({
    name: nameOf(each),
    seconds: latencies(each, invocations),
    latency: each.latency_seconds,
  }));
  return {
    id: 'latency',
    title: 'Latency',
    summary: series
      .map(
        ({ name, latency }) =>
          `${name}: half answered within ${quantity(latency.p50, 's')}, 99 % within ${quantity(latency.p99, 's')}`,
      )
      .join('; ')
      .concat('.'),
    option: () => ({
      grid: GRID_BOX,
      legend: LEGEND,
      xAxis: { ...axis('milliseconds'), type: 'log', nameGap: 26, ...extent(series) },
      yAxis: { ...axis('% answered'), type: 'value', nameGap: 38, min: 0, max: 100 },
      series: series.map(({ name, seconds }, index) => ({
        name,
        type: 'line',
        showSymbol: false,
        itemStyle: { color: seriesColor(index) },
        lineStyle: { color: seriesColor(index), width: 2 },
        data: Array.from({ length: POINTS + 1 }, (_, i) => [
          quantile(seconds, i / POINTS) * 1000,
          (i / POINTS) * 100,
        ]),
      })),
    }),
    table: [
      ['function', 'p50', 'p90', 'p95', 'p99', 'longest'],
      ...series.map(({ name, seconds }) => [
        name,
        ...[0.5, 0.9, 0.95, 0.99, 1].map((p) => quantity(quantile(seconds, p), 's')),
      ]),
    ],
  };
}

function extent(series: { seconds: Float64Array }[]): { min: number; max: number } {
  const lowest = Math.min(...series.map(({ seconds }) => seconds[0] ?? 0.001));
  const highest = Math.max(...series.map(({ seconds }) => seconds[seconds.length - 1] ?? 1));
  const decade = (milliseconds: number, to: (x: number) => number) =>
    10 ** to(Math.log10(Math.max(1e-3, milliseconds)));
  return { min: decade(lowest * 1000, Math.floor), max: decade(highest * 1000, Math.ceil) };
}

function latencies(each: FunctionResult, invocations: Invocations): Float64Array {
  const { functions, nodes, functionIndex, nodeIndex, startUs, endUs, status } = invocations;
  const seconds: number[] = [];
  for (let i = 0; i < startUs.length; i++) {
    const own =
      functions[functionIndex[i]!] === each.function &&
      nodes[nodeIndex[i]!] === each.node &&
      isSuccess(status[i]!);
    const inWindow = each.repetitions.some(
      (r) => startUs[i]! >= r.start_us && startUs[i]! < r.end_us,
    );
    if (own && inWindow) seconds.push((endUs[i]! - startUs[i]!) / 1e6);
  }
  return Float64Array.from(seconds).sort();
}
