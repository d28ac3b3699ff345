import type { ColdStartResult } from '../attribution/result.js';
import type { RunResult } from '../run/result.js';
import { coldRows } from './cold-rows.js';
import { markdownTable, markdownText as cell } from './markdown-table.js';
import { quantity, relativeError, withInterval } from './quantity.js';
import type { RunFigures } from './run-report.js';
import { loadText, marginalText, planText, sumLine, titleOf } from './summary-table.js';

/** report.md: the same facts for a pull request. */
export function markdownReport({ manifest, result }: RunFigures): string {
  const note = result.simulated ? ' (simulated)' : '';
  const { plan } = manifest;
  const lines = [
    `# ${titleOf(plan)}`,
    '',
    result.simulated
      ? '**Simulated**: a digital twin of the meter made every joule below from CPU time.'
      : 'Measured.',
    '',
    ...(result.cold_starts ? coldTable(result.cold_starts, note) : functionTable(result, note)),
    '',
    ...result.nodes.map((node) => `- ${cell(sumLine(node, note))}`),
    ...result.refused.map(
      ({ functions, reason }) => `- No figure for ${cell(functions.join(', '))}: ${cell(reason)}`,
    ),
    ...result.warnings.map(
      ({ severity, message, hint }) => `- **${severity}**: ${cell(message)} ${cell(hint)}`,
    ),
    '',
    ...(manifest.load ? [`load: ${cell(loadText(manifest.load))}`, ''] : []),
    `Run \`${result.run}\`, ${result.cold_starts ? 'cold starts' : `method ${result.method}`}${planText(plan)}.`,
  ];
  return `${lines.join('\n')}\n`;
}

function functionTable(result: RunResult, note: string): string[] {
  return [
    `| function | node | invocations | p50 | p95 | p99 | marginal J/invocation${note}, 95 % | full J/invocation${note}, idle by time |${result.simulated ? ' truth | error |' : ''}`,
    `|---|---|--:|--:|--:|--:|--:|--:|${result.simulated ? '--:|--:|' : ''}`,
    ...result.functions.map((each) => {
      const { latency_seconds: latency, full, truth_joules_per_invocation: truth } = each;
      const cells = [
        cell(each.function),
        cell(each.node),
        String(each.invocations),
        ...[latency.p50, latency.p95, latency.p99].map((seconds) => quantity(seconds, 's')),
        marginalText(each),
        withInterval(full.joules_per_invocation, full.ci95, 'J'),
      ];
      if (result.simulated) {
        cells.push(truth === undefined ? '–' : quantity(truth, 'J', 4));
        cells.push(
          truth === undefined || !each.marginal.detectable
            ? '–'
            : relativeError(each.marginal.joules_per_invocation, truth),
        );
      }
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

function coldTable(coldStarts: readonly ColdStartResult[], note: string): string[] {
  const rows = coldStarts.map((each) => [
    ['function', each.function] as const,
    ['node', each.node] as const,
    ...coldRows(each, note),
  ]);
  const header = rows[0]?.map(([name]) => name) ?? [];
  return markdownTable([header, ...rows.map((row) => row.map(([, text]) => text))]);
}
