import type { FunctionResult } from '../../attribution/result.js';
import type { RunReport } from '../run-report.js';
import { balanceChart } from './balance-chart.js';
import { coldChart } from './cold-chart.js';
import { latencyChart } from './latency-chart.js';
import { planeChart } from './plane-chart.js';
import { powerChart } from './power-chart.js';
import type { Chart } from './render-chart.js';
import { repetitionChart } from './repetition-chart.js';

/** Every chart of a run, in the order of its report. */
export function chartsOf({ result, tables }: RunReport): Chart[] {
  const { simulated, functions, nodes } = result;
  return [
    ...tables.samples
      .filter(({ timeUs }) => timeUs.length > 1)
      .map((samples) => powerChart(samples, tables.phases, simulated)),
    ...functions.map((each, index) => repetitionChart(each, index, simulated)),
    ...(result.cold_starts ?? []).map((each, index) => coldChart(each, index, simulated)),
    ...(functions.length > 0
      ? [latencyChart(functions, tables.invocations, (each) => nameOf(each, functions))]
      : []),
    ...(functions.length > 1
      ? [
          planeChart(
            functions.map((each, kind) => ({
              ...each,
              name: nameOf(each, functions),
              kind,
              mark: 0,
            })),
            simulated,
          ),
        ]
      : []),
    ...(nodes.length > 0 ? [balanceChart(nodes, simulated)] : []),
  ];
}

/** With the node where it ran on several. */
const nameOf = (each: FunctionResult, all: readonly FunctionResult[]) =>
  all.some((other) => other !== each && other.function === each.function)
    ? `${each.function} on ${each.node}`
    : each.function;
