import type { ColdStartResult, FunctionResult } from '../../attribution/result.js';
import type { RunManifest } from '../../run/manifest.js';
import { coldRows, figureText } from '../cold-rows.js';
import { plain, quantity, relativeError, relativeHalfWidth, withInterval } from '../quantity.js';
import { loadText, sumLine, titleOf } from '../summary-table.js';
import type { RunReport } from '../run-report.js';
import { chartsOf } from './charts.js';
import { escapeHtml } from './escape.js';
import { htmlPage } from './html-page.js';
import { methodsText } from './methods-text.js';
import { htmlTable, renderChart } from './render-chart.js';

/** report.html: one file that opens offline, without script. */
export async function htmlReport(report: RunReport): Promise<string> {
  const { manifest, result } = report;
  const { simulated } = result;
  const figures: string[] = [];
  for (const chart of chartsOf(report)) figures.push(await renderChart(chart));
  const title = titleOf(manifest.plan);
  const note = simulated ? ' (simulated)' : '';
  return htmlPage(
    title,
    `<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(`${result.run}, ${new Date(manifest.started_us / 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC, target ${manifest.target.name}`)}</p>
${simulated ? '<p class="simulated"><strong>Simulated.</strong> A digital twin of the meter made every joule here from CPU time; no meter was involved.</p>' : ''}
${result.functions.map((each) => functionSection(each, note)).join('\n')}
${(result.cold_starts ?? []).map((each) => coldSection(each, note)).join('\n')}
${result.refused.map(({ functions, reason }) => `<section class="result"><h3>${escapeHtml(functions.join(', '))}</h3><p>No figure: ${escapeHtml(reason)}</p></section>`).join('\n')}
${result.nodes.map((node) => `<p class="sum">${escapeHtml(sumLine(node, note))}</p>`).join('\n')}
${warningList(report)}
<h2>What was seen</h2>
${figures.join('\n')}
<h2>Method</h2>
<p>${escapeHtml(methodsText(report))}</p>
<h2>Plan and meters</h2>
${facts(planFacts(report))}
<h2>Environment</h2>
${facts([...Object.entries(manifest.environment), ...Object.entries(manifest.versions)].map(([name, value]) => [name.replaceAll('_', ' '), String(value)]))}`,
    result,
  );
}

function functionSection(each: FunctionResult, note: string): string {
  const {
    marginal,
    full,
    latency_seconds: latency,
    parts,
    truth_joules_per_invocation: truth,
  } = each;
  const value = marginal.joules_per_invocation;
  const interval = withInterval(value, marginal.ci95, 'J');
  const [figure = '', bounds = ''] = interval.split('  ');
  const shown = marginal.detectable
    ? figure
    : `< ${quantity(marginal.detection_limit_joules, 'J', 2)}`;
  const rows: string[][] = [
    ['random', withInterval(value, marginal.random95, 'J')],
    ['systematic', withInterval(value, marginal.systematic95, 'J')],
    [
      `full energy${note}, idle by ${full.idle_policy}`,
      withInterval(full.joules_per_invocation, full.ci95, 'J'),
    ],
    ['invocations', `${each.invocations}${each.failed > 0 ? `, ${each.failed} failed` : ''}`],
    [
      'latency p50 / p95 / p99',
      [latency.p50, latency.p95, latency.p99].map((s) => quantity(s, 's')).join(' / '),
    ],
  ];
  if (parts && marginal.detectable) {
    rows.push([
      'of it by CPU time',
      `function ${quantity(parts.function_joules_per_invocation, 'J')}, platform ${quantity(parts.platform_joules_per_invocation, 'J')}`,
    ]);
  }
  if (truth !== undefined) {
    const error = marginal.detectable ? `, error ${relativeError(value, truth)}` : '';
    rows.push(["the twin's truth", `${quantity(truth, 'J', 4)}${error}`]);
  }
  return `<section class="result"><h3>${escapeHtml(each.function)} on ${escapeHtml(each.node)}</h3>
<p class="figure">${escapeHtml(shown)} <small>per invocation${note}, above idle; 95 % ${escapeHtml(bounds)} ${escapeHtml(marginal.detectable ? relativeHalfWidth(value, marginal.ci95) : '')}</small></p>
${facts(rows)}</section>`;
}

function coldSection(each: ColdStartResult, note: string): string {
  const [figure = '', ...more] = figureText(each.start_joules, 'J').split('  ');
  return `<section class="result"><h3>${escapeHtml(each.function)} on ${escapeHtml(each.node)}, from no replica</h3>
<p class="figure">${escapeHtml(figure)} <small>a cold start${note}, above idle; 95 % ${escapeHtml(more.join(' '))}</small></p>
${facts(coldRows(each, note))}</section>`;
}

function warningList({ result }: RunReport): string {
  if (result.warnings.length === 0) return '';
  const items = result.warnings.map(
    ({ severity, message, hint }) =>
      `<li><b>${severity}</b>: ${escapeHtml(message)} ${escapeHtml(hint)}</li>`,
  );
  return `<h2>Warnings</h2><ul class="warnings">${items.join('')}</ul>`;
}

function planFacts({ manifest }: RunReport): string[][] {
  const { plan } = manifest;
  return [
    ...loadFacts(plan),
    ['idle', `${plain(plan.idle_seconds, 3)} s before and after`],
    ...Object.entries(plan.rate_per_second).map(([name, rate]) => [
      `${plan.mode === 'together' ? 'mean rate' : 'rate'} of ${name}`,
      `${plain(rate, 4)} requests per second, open loop`,
    ]),
    ['seed', String(plan.seed)],
    ...loadOrigin(manifest.load),
    ...manifest.meters.map(({ node, meter, channel, source, address, model }) => [
      `meter of ${node}`,
      `${meter} channel ${channel} at ${address}${source === 'twin' ? `, a digital twin${model ? `: ${model}` : ''}` : ''}`,
    ]),
  ];
}

function loadFacts(plan: RunManifest['plan']): string[][] {
  const seconds = (value: number) => `${plain(value, 3)} s`;
  if (plan.mode === 'cold') return [['cold starts', `${plan.repetitions} of each function`]];
  if (plan.mode === 'together') {
    const windows = `${plan.repetitions} of ${seconds(plan.load_seconds)} load, every function at a rate of its own in each`;
    return [['windows', windows]];
  }
  const rest = `each after ${seconds(plan.settle_seconds)} rest and ${seconds(plan.warmup_seconds)} warm-up`;
  const repetitions = `${plan.repetitions} of ${seconds(plan.load_seconds)} load, ${rest}`;
  const { precision } = plan;
  return [
    ['repetitions', repetitions],
    ...(precision
      ? [
          [
            'asked for',
            `± ${plain(precision.ratio * 100, 2)} %, within ${seconds(precision.budget_seconds)}`,
          ],
        ]
      : []),
  ];
}

function loadOrigin(load: RunManifest['load']): string[][] {
  if (!load) return [];
  const clocks = load.nodes.map(
    ({ node, clock_offset_seconds: offset, clock_uncertainty_seconds: uncertainty }) => [
      `clock of ${node}`,
      `${quantity(offset, 's')} from ours, ± ${quantity(uncertainty, 's', 2)} (one sigma); times are by ours`,
    ],
  );
  return [['load', `${loadText(load)}; ${load.image}, to ${load.gateway}`], ...clocks];
}

function facts(rows: string[][]): string {
  return htmlTable([[], ...rows])
    .replace('<table>', '<table class="facts">')
    .replace('<thead><tr></tr></thead>', '');
}
