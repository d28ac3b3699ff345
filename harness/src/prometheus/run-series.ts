import type { Estimate, Interval, NodeResult } from '../attribution/result.js';
import type { RunReport } from '../report/run-report.js';

/** One Prometheus series. */
export interface Series {
  /** Sorted by name, `__name__` among them, as remote write wants them. */
  labels: { __name__: string } & Record<string, string>;
  samples: { timestamp: number; value: number }[];
}

type Labels = Record<string, string>;

/** A phase is told of so often: Prometheus forgets a series after five minutes, and annotations join what is close. */
const PHASE_STEP_MS = 1000;
const LONGEST_PHASE_SAMPLES = 600;

/**
 * A run as Prometheus series: its phases while they lasted, its results at its end. Timestamps are Unix milliseconds.
 *
 * `power_harness_phase_repetition{phase,function}` is the repetition's number; results carry the run, and the function
 * and node they are of. Ends of 95 % intervals are series of their own, `…_low` and `…_high`.
 */
export function runSeries({ manifest, result, tables }: RunReport, instance: string): Series[] {
  const { run } = result;
  const endMs = Math.floor((manifest.ended_us ?? Date.now() * 1000) / 1000);
  const origin = { job: 'power-harness', instance, run };
  const series: Series[] = [];
  const add = (name: string, labels: Labels, samples: Series['samples']) =>
    series.push({ labels: sorted(`power_harness_${name}`, { ...origin, ...labels }), samples });
  const atEnd = (name: string, labels: Labels, value: number | undefined) => {
    if (value !== undefined) add(name, labels, [{ timestamp: endMs, value }]);
  };
  const withInterval = (name: string, labels: Labels, value: number, { low, high }: Interval) => {
    atEnd(name, labels, value);
    atEnd(`${name}_low`, labels, low);
    atEnd(`${name}_high`, labels, high);
  };

  atEnd(
    'run_info',
    {
      target: manifest.target.name,
      method: result.method,
      simulated: String(result.simulated),
      state: manifest.state,
      version: manifest.versions['power-harness'] ?? '',
    },
    1,
  );
  for (const severity of ['warning', 'error']) {
    const count = result.warnings.filter((each) => each.severity === severity).length;
    atEnd('run_warnings', { severity }, count);
  }
  for (const [key, samples] of phaseSamples(tables.phases)) {
    const [phase = '', name = ''] = key.split(' ');
    add('phase_repetition', { phase, ...(name ? { function: name } : {}) }, samples);
  }
  for (const each of result.functions) {
    const of = { function: each.function, node: each.node };
    const { marginal, full, latency_seconds: latency } = each;
    withInterval(
      'marginal_joules_per_invocation',
      of,
      marginal.joules_per_invocation,
      marginal.ci95,
    );
    atEnd('detection_limit_joules_per_invocation', of, marginal.detection_limit_joules);
    withInterval('full_joules_per_invocation', of, full.joules_per_invocation, full.ci95);
    atEnd('truth_joules_per_invocation', of, each.truth_joules_per_invocation);
    atEnd('invocations', of, each.invocations);
    atEnd('failed_invocations', of, each.failed);
    atEnd('latency_seconds', { ...of, quantile: '0.5' }, latency.p50);
    atEnd('latency_seconds', { ...of, quantile: '0.95' }, latency.p95);
    atEnd('latency_seconds', { ...of, quantile: '0.99' }, latency.p99);
  }
  for (const each of result.cold_starts ?? []) {
    const of = { function: each.function, node: each.node };
    const estimate = (name: string, { value, ci95 }: Estimate, scale = 1) =>
      withInterval(name, of, scale * value, { low: scale * ci95.low, high: scale * ci95.high });
    estimate('cold_start_seconds', each.start_seconds);
    estimate('cold_start_joules', each.start_joules);
    estimate('warm_request_joules', each.warm_request_joules);
    estimate('keep_warm_watts', each.keep_warm_joules_per_minute, 1 / 60);
  }
  for (const { node, idle_watts: idle, energy_joules: energy } of result.nodes) {
    withInterval('idle_watts', { node }, idle.value, idle.ci95);
    for (const part of Object.keys(energy) as (keyof NodeResult['energy_joules'])[]) {
      atEnd('node_energy_joules', { node, part }, energy[part]);
    }
  }
  return series;
}

/** By phase and function; several nodes or repetitions follow each other in one series. */
function phaseSamples(phases: RunReport['tables']['phases']): Map<string, Series['samples']> {
  const byKey = new Map<string, Map<number, number>>();
  for (const { phase, function: name = '', repetition, startUs, endUs } of phases) {
    const key = `${phase} ${name}`;
    const samples = byKey.get(key) ?? new Map<number, number>();
    byKey.set(key, samples);
    const [startMs, endMs] = [Math.ceil(startUs / 1000), Math.floor(endUs / 1000)];
    const step = Math.max(PHASE_STEP_MS, (endMs - startMs) / LONGEST_PHASE_SAMPLES);
    for (let t = startMs; t < endMs; t += step) samples.set(Math.round(t), repetition);
    samples.set(endMs, repetition);
  }
  return new Map(
    [...byKey].map(([key, samples]) => [
      key,
      [...samples].sort(([a], [b]) => a - b).map(([timestamp, value]) => ({ timestamp, value })),
    ]),
  );
}

/** Empty labels are none. */
function sorted(name: string, labels: Labels): Series['labels'] {
  const entries = Object.entries(labels).filter(([, value]) => value !== '');
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return { __name__: name, ...Object.fromEntries(entries) };
}
