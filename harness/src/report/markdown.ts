import { cellText as cell } from './markdown-table.js';
import { plain, quantity, relativeError, withInterval } from './quantity.js';
import { type RunFigures } from './run-report.js';
import { marginalText, sumLine } from './summary-table.js';

/** report.md: the same facts for a pull request. */
export function markdownReport({ manifest, result }: RunFigures): string {
  const note = result.simulated ? ' (simulated)' : '';
  const { plan } = manifest;
  const lines = [
    `# Energy of ${plan.functions.join(', ')}`,
    '',
    result.simulated
      ? '**Simulated**: a digital twin of the meter made every joule below from CPU time.'
      : 'Measured.',
    '',
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
    '',
    ...result.nodes.map((node) => `- ${cell(sumLine(node, note))}`),
    ...result.refused.map(
      ({ functions, reason }) => `- No figure for ${cell(functions.join(', '))}: ${cell(reason)}`,
    ),
    ...result.warnings.map(
      ({ severity, message, hint }) => `- **${severity}**: ${cell(message)} ${cell(hint)}`,
    ),
    '',
    `Run \`${result.run}\`, method ${result.method}, ${plan.repetitions} repetitions of ${plain(plan.load_seconds, 3)} s, seed ${plan.seed}.`,
  ];
  return `${lines.join('\n')}\n`;
}
