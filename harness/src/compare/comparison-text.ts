import { markdownText } from '../report/markdown-table.js';
import { plain, quantity } from '../report/quantity.js';
import type { ComparedRun, Comparison, FunctionComparison } from './comparison.js';

const HEADER = ['function', 'node', 'before', 'after', 'ratio, 95 %', 'p', ''];

/** What `compare` prints. */
export function comparisonText(comparison: Comparison): string {
  const blocks = comparison.runs.map((run) =>
    [
      `Run ${run.run}`,
      ...aligned([HEADER, ...run.functions.map(cellsOf)]).map((line) => `  ${line}`),
      ...notesOf(run).map((note) => `  ${note}`),
    ].join('\n'),
  );
  return [
    `Compared with ${comparison.baseline}: marginal J/invocation${simulatedNote(comparison)}`,
    ...blocks,
    conclusion(comparison),
  ].join('\n\n');
}

/** The same for a pull request. */
export function comparisonMarkdown(comparison: Comparison): string {
  const blocks = comparison.runs.flatMap((run) => [
    `**${markdownText(run.run)}**`,
    '',
    `| ${HEADER.join(' | ')} |`,
    '|---|---|--:|--:|--:|--:|---|',
    ...run.functions.map((each) => `| ${cellsOf(each).map(markdownText).join(' | ')} |`),
    '',
    ...notesOf(run).map((note) => `- ${markdownText(note)}`),
    '',
  ]);
  const lines = [
    `### Energy compared with ${markdownText(comparison.baseline)}`,
    '',
    `Marginal J/invocation${simulatedNote(comparison)}.`,
    '',
    ...blocks,
    conclusion(comparison).replaceAll('~', '`~`'),
  ];
  return `${lines.join('\n').replaceAll(/\n{3,}/g, '\n\n')}\n`;
}

function cellsOf(each: FunctionComparison): string[] {
  const { ratio, verdict } = each;
  const shown = ratio
    ? `${ratio.value.toFixed(3)} [${ratio.ci95.low.toFixed(3)}, ${ratio.ci95.high.toFixed(3)}]`
    : '–';
  return [
    each.function,
    each.node,
    quantity(each.baseline_joules_per_invocation, 'J'),
    quantity(each.joules_per_invocation, 'J'),
    shown,
    each.p_adjusted < 0.0001 ? '< 0.0001' : each.p_adjusted.toFixed(4),
    verdict === 'unclear' || !ratio
      ? '~'
      : `${percent(ratio.value)}${verdict === 'regression' ? ' REGRESSION' : ''}`,
  ];
}

function percent(ratio: number): string {
  const change = (ratio - 1) * 100;
  return `${change < 0 ? '−' : '+'}${plain(Math.abs(change), 2)} %`;
}

function notesOf({ differences, only_in_baseline, only_in_run, warnings }: ComparedRun): string[] {
  return [
    ...differences.map(
      ({ what, baseline, run, severe }) =>
        `${severe ? 'warning: differs' : 'differs'}: ${what}: ${baseline} / ${run}`,
    ),
    ...only_in_baseline.map((name) => `only before: ${name}`),
    ...only_in_run.map((name) => `only after: ${name}`),
    ...warnings.map(({ severity, message, hint }) => `${severity}: ${message} ${hint}`),
  ];
}

function conclusion({ runs, threshold_ratio: threshold }: Comparison): string {
  const all = runs.flatMap(({ functions }) => functions);
  const regressions = all.filter(({ verdict }) => verdict === 'regression').length;
  const found =
    regressions === 0
      ? 'No regression'
      : `${regressions} ${regressions === 1 ? 'regression' : 'regressions'}`;
  return (
    `${found} beyond ${plain(threshold * 100, 2)} %. ~: no significant difference. ` +
    `p: Mann-Whitney on the repetitions, Holm over ${all.length} ${all.length === 1 ? 'comparison' : 'comparisons'}; significant is p ≤ 0.05 with an interval without 1.`
  );
}

function simulatedNote({ simulated }: Comparison): string {
  return simulated ? ' (simulated)' : '';
}

function aligned(rows: readonly string[][]): string[] {
  const widths = HEADER.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i >= 2 && i <= 5 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}
