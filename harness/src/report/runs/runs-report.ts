import { comparisonMarkdown } from '../../compare/comparison-text.js';
import type { Comparison } from '../../compare/comparison.js';
import { escapeHtml } from '../html/escape.js';
import { htmlPage } from '../html/html-page.js';
import { methodsText } from '../html/methods-text.js';
import { planeChart } from '../html/plane-chart.js';
import { htmlTable, renderChart, type Chart } from '../html/render-chart.js';
import { markdownTable } from '../markdown-table.js';
import { plain, quantity, withInterval } from '../quantity.js';
import type { RunFigures } from '../run-report.js';
import { marginalText } from '../summary-table.js';
import { functionChart } from './function-chart.js';
import { architectureOf, figuresOf, functionsOf } from './run-figures.js';

/** What a report over several runs is made from. */
export interface RunsReport {
  runs: readonly RunFigures[];
  /** With the first run; absent where they have no function on a node in common. */
  comparison?: Comparison;
}

/** Every chart over several runs, in the order of the report. */
export function chartsOfRuns({ runs }: RunsReport): Chart[] {
  const figures = figuresOf(runs);
  const functions = functionsOf(runs);
  return [
    ...functions.map((name, index) =>
      functionChart(
        name,
        figures.filter(({ figure }) => figure.function === name),
        index,
      ),
    ),
    planeChart(
      figures.map(({ figure, run, place }) => ({
        ...figure,
        name: `${figure.function}, ${place}`,
        kind: functions.indexOf(figure.function),
        mark: runs.indexOf(run),
      })),
      isSimulated(runs),
    ),
  ];
}

/** The report as one HTML file. */
export async function runsHtml(report: RunsReport): Promise<string> {
  const { runs } = report;
  const figures: string[] = [];
  for (const chart of chartsOfRuns(report)) figures.push(await renderChart(chart));
  const title = titleOf(runs);
  const body = `<h1>${escapeHtml(title)}</h1>
<p class="lead">${runs.length} runs, ${escapeHtml([...new Set(runs.map(architectureOf))].join(', '))}</p>
${isSimulated(runs) ? '<p class="simulated"><strong>Simulated.</strong> Runs marked so were metered by a digital twin, that made their joules from CPU time.</p>' : ''}
${htmlTable(figuresText(runs))}
${changes(report)}
<h2>What was seen</h2>
${figures.join('\n')}
<h2>Idle power and balance by node</h2>
${htmlTable(nodesText(runs))}
<h2>Method</h2>
${runs.map(({ manifest, result }) => `<h3>${escapeHtml(result.run)}</h3><p>${escapeHtml(methodsText({ manifest, result }))}</p>`).join('\n')}`;
  return htmlPage(
    title,
    body,
    runs.map(({ result }) => result),
  );
}

/** The same facts for a pull request. */
export function runsMarkdown({ runs, comparison }: RunsReport): string {
  return [
    `# ${titleOf(runs)}`,
    '',
    ...markdownTable(figuresText(runs)),
    '',
    ...markdownTable(nodesText(runs)),
    '',
    ...(comparison ? [comparisonMarkdown(comparison)] : []),
  ].join('\n');
}

function changes({ comparison }: RunsReport): string {
  if (!comparison) return '';
  const rows = comparison.runs.flatMap(({ run, functions }) =>
    functions.map((each) => [
      `${each.function} on ${each.node}`,
      run,
      each.ratio
        ? `${plain(each.ratio.value, 4)} [${plain(each.ratio.ci95.low, 4)}, ${plain(each.ratio.ci95.high, 4)}]`
        : '–',
      plain(each.p_adjusted, 2),
      each.verdict,
    ]),
  );
  return `<h2>Changes since ${escapeHtml(comparison.baseline)}</h2>
${htmlTable([['figure', 'run', 'ratio, 95 %', 'p', 'verdict'], ...rows])}
<p class="summary">p: Mann-Whitney test on the repetitions, Holm over all comparisons. Unclear: no significant difference.</p>`;
}

function figuresText(runs: readonly RunFigures[]): string[][] {
  return [
    [
      'function',
      'node',
      'architecture',
      'run',
      'marginal J/invocation, 95 %',
      'full J/invocation, idle by time',
      'p50',
      'p95',
    ],
    ...figuresOf(runs).map(({ figure, run }) => [
      figure.function,
      figure.node,
      architectureOf(run),
      `${run.result.run}${run.result.simulated ? ' (simulated)' : ''}`,
      marginalText(figure),
      withInterval(figure.full.joules_per_invocation, figure.full.ci95, 'J'),
      quantity(figure.latency_seconds.p50, 's'),
      quantity(figure.latency_seconds.p95, 's'),
    ]),
  ];
}

function nodesText(runs: readonly RunFigures[]): string[][] {
  return [
    ['node', 'run', 'idle, 95 %', 'measured', 'idle', 'functions', 'other', 'residual'],
    ...runs.flatMap(({ result }) =>
      result.nodes.map(({ node, idle_watts: idle, energy_joules: energy }) => [
        node,
        `${result.run}${result.simulated ? ' (simulated)' : ''}`,
        withInterval(idle.value, idle.ci95, 'W'),
        ...[energy.measured, energy.idle, energy.functions, energy.other, energy.residual].map(
          (joules) => `${joules.toFixed(2)} J`,
        ),
      ]),
    ),
  ];
}

const titleOf = (runs: readonly RunFigures[]) => `Energy of ${functionsOf(runs).join(', ')}`;

const isSimulated = (runs: readonly RunFigures[]) => runs.some(({ result }) => result.simulated);
