import type { FunctionResult, NodeResult } from '../attribution/result.js';
import type { LoadOrigin, RunManifest } from '../run/manifest.js';
import type { RunResult } from '../run/result.js';
import { coldRows } from './cold-rows.js';
import { plain, quantity, relativeError, relativeHalfWidth, withInterval } from './quantity.js';

type Row = [label: string, value: string];

/** What `bench` prints: a block for each function, a line for each node's energy, what to know of it. */
export function summaryTable({
  manifest,
  result,
}: {
  /** Absent where nobody knows what was planned. */
  manifest?: Pick<RunManifest, 'plan' | 'load'>;
  result: RunResult;
}): string {
  const joules = result.simulated ? ' (simulated)' : '';
  const blocks = result.functions.map((each) => {
    const node = result.nodes.find(({ node: name }) => name === each.node);
    return block(`${each.function} on ${each.node}`, functionRows(each, node, joules));
  });
  for (const each of result.cold_starts ?? []) {
    blocks.push(block(`${each.function} on ${each.node}, from no replica`, coldRows(each, joules)));
  }
  const parts = [
    `Run ${result.run}${result.simulated ? ': every joule is SIMULATED, by a digital twin of the meter' : ''}`,
    ...blocks,
    ...result.nodes.map((node) => sumLine(node, joules)),
    ...result.refused.map(
      ({ functions, reason }) => `No figure for ${functions.join(', ')}: ${reason}`,
    ),
    ...result.warnings.map(({ severity, message, hint }) => `${severity}: ${message} ${hint}`),
    ...(manifest?.load ? [`load: ${loadText(manifest.load)}`] : []),
    `${result.cold_starts ? 'Cold starts' : `Method ${result.method}`}${manifest ? planText(manifest.plan) : ''}; intervals are 95 %.`,
  ];
  return parts.join('\n\n');
}

/** What a report is headed by. */
export function titleOf({ mode, functions }: RunManifest['plan']): string {
  const names = functions.join(', ');
  if (mode === 'cold') return `Cold starts of ${names}`;
  return `Energy of ${names}${mode === 'together' ? ', under load at once' : ''}`;
}

/** Such as `, 6 repetitions of 8 s, seed 1`. */
export function planText({ mode, repetitions, load_seconds, seed }: RunManifest['plan']): string {
  const each = mode === 'cold' ? '' : ` of ${plain(load_seconds, 3)} s`;
  return `, ${repetitions} ${mode === 'together' ? 'windows' : 'repetitions'}${each}, seed ${seed}`;
}

/** Such as `in cluster, on worker2`, or `by 2 k6 in cluster, on worker2`. */
export function loadText({ nodes, parallelism = 1 }: LoadOrigin): string {
  const shared = parallelism > 1 ? `by ${parallelism} k6 ` : '';
  return `${shared}in cluster, on ${nodes.map(({ node }) => node).join(', ')}`;
}

function functionRows(each: FunctionResult, node: NodeResult | undefined, joules: string): Row[] {
  const { marginal, full, latency_seconds: latency, parts } = each;
  const value = marginal.joules_per_invocation;
  const failed = each.failed > 0 ? `, ${each.failed} failed` : '';
  const rows: Row[] = [
    ['invocations', `${each.invocations}${failed}`],
    [
      'latency p50 / p95 / p99',
      [latency.p50, latency.p95, latency.p99].map((seconds) => quantity(seconds, 's')).join(' / '),
    ],
    [`marginal J/invocation${joules}`, marginalText(each)],
    ['  random', withInterval(value, marginal.random95, 'J')],
    ['  systematic', withInterval(value, marginal.systematic95, 'J')],
  ];
  if (parts && marginal.detectable) {
    rows.push([
      '  of it by CPU time',
      `function ${quantity(parts.function_joules_per_invocation, 'J')}, platform ${quantity(parts.platform_joules_per_invocation, 'J')}`,
    ]);
  }
  rows.push([
    `full J/invocation${joules}`,
    `${withInterval(full.joules_per_invocation, full.ci95, 'J')}  idle by ${full.idle_policy}`,
  ]);
  if (node) {
    rows.push([
      `idle power${joules}`,
      withInterval(node.idle_watts.value, node.idle_watts.ci95, 'W'),
    ]);
  }
  const truth = each.truth_joules_per_invocation;
  if (truth !== undefined) {
    const error = marginal.detectable ? `  error ${relativeError(value, truth)}` : '';
    rows.push(['truth, by the twin', `${quantity(truth, 'J', 4)}${error}`]);
  }
  return rows;
}

/** `< x` where the run can't tell the figure from nothing. */
export function marginalText({ marginal }: FunctionResult): string {
  const {
    joules_per_invocation: value,
    ci95,
    detectable,
    detection_limit_joules: limit,
  } = marginal;
  if (!detectable) return `< ${quantity(limit, 'J', 2)}  ${withInterval(value, ci95, 'J')}`;
  return `${withInterval(value, ci95, 'J')}  ${relativeHalfWidth(value, ci95)}`;
}

/** measured = idle + functions + other + residual, in joules of the node. */
export function sumLine({ node, energy_joules: energy }: NodeResult, joules: string): string {
  const term = (value: number, name: string) => `${value.toFixed(2)} J ${name}`;
  return (
    `${node}${joules}: ${term(energy.measured, 'measured')} = ${term(energy.idle, 'idle')} + ` +
    `${term(energy.functions, 'functions')} + ${term(energy.other, 'other')} + ${term(energy.residual, 'residual')}`
  );
}

function block(title: string, rows: Row[]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return [title, ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join('\n');
}
