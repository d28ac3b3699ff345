import type { RunManifest } from '../run/manifest.js';
import type { RunResult } from '../run/result.js';

const HEADER = [
  'run',
  'function',
  'node',
  'architecture',
  'simulated',
  'invocations',
  'failed',
  'marginal_joules_per_invocation',
  'marginal_low',
  'marginal_high',
  'detectable',
  'full_joules_per_invocation',
  'full_low',
  'full_high',
  'latency_p50_seconds',
  'latency_p95_seconds',
  'latency_p99_seconds',
  'idle_watts',
  'truth_joules_per_invocation',
] as const;

/** Every figure of runs, a row for each function on a node, unrounded: for other programs. The first row names the columns. */
export function figuresTable(
  runs: readonly { manifest: RunManifest; result: RunResult }[],
): (string | number | boolean)[][] {
  const rows = runs.flatMap(({ manifest, result }) =>
    result.functions.map((each) => [
      result.run,
      each.function,
      each.node,
      manifest.environment['architecture'] ?? '',
      result.simulated,
      each.invocations,
      each.failed,
      each.marginal.joules_per_invocation,
      each.marginal.ci95.low,
      each.marginal.ci95.high,
      each.marginal.detectable,
      each.full.joules_per_invocation,
      each.full.ci95.low,
      each.full.ci95.high,
      each.latency_seconds.p50,
      each.latency_seconds.p95,
      each.latency_seconds.p99,
      result.nodes.find(({ node }) => node === each.node)?.idle_watts.value ?? '',
      each.truth_joules_per_invocation ?? '',
    ]),
  );
  return [[...HEADER], ...rows];
}
