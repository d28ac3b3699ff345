import { expect, test } from 'vitest';
import { coldStarts } from '../attribution/cold-start.js';
import { syntheticColdRun, TYPICAL_COLD } from '../attribution/synthetic-cold-run.js';
import { syntheticRun, TYPICAL } from '../attribution/synthetic-run.js';
import { drawnRun } from '../compare/drawn-run.js';
import { runSeries, type Series } from './run-series.js';

const END_US = 1_795_435_300_000_000;
const { manifest, result } = drawnRun('20261123T120000Z-f');
const tables = syntheticRun(TYPICAL);
const report = { manifest: { ...manifest, ended_us: END_US }, result, tables };
const series = runSeries(report, 'laptop');
const named = (name: string) =>
  series.filter(({ labels }) => labels.__name__ === `power_harness_${name}`);

test('figures are there with the ends of their intervals, once, at the end of the run', () => {
  const [f] = result.functions;
  const [value, low, high] = ['', '_low', '_high'].map(
    (end) => named(`marginal_joules_per_invocation${end}`)[0]!,
  );
  expect(value).toEqual({
    labels: {
      __name__: 'power_harness_marginal_joules_per_invocation',
      function: 'f',
      instance: 'laptop',
      job: 'power-harness',
      node: 'node',
      run: '20261123T120000Z-f',
    },
    samples: [{ timestamp: END_US / 1000, value: f!.marginal.joules_per_invocation }],
  });
  expect([low!.samples[0]!.value, high!.samples[0]!.value]).toEqual([
    f!.marginal.ci95.low,
    f!.marginal.ci95.high,
  ]);
  const sum = (part: string) =>
    named('node_energy_joules').find(({ labels }) => labels['part'] === part)!.samples[0]!.value;
  expect(sum('measured')).toBeCloseTo(
    sum('idle') + sum('functions') + sum('other') + sum('residual'),
    9,
  );
  expect(named('truth_joules_per_invocation')).toEqual([]);
});

test('cold starts too, what a replica keeps on drawing in watts', () => {
  const cold = syntheticColdRun(TYPICAL_COLD);
  const found = coldStarts(cold);
  const of = runSeries({ manifest, result: { ...result, ...found }, tables: cold }, 'laptop');
  const value = (name: string) =>
    of.find(({ labels }) => labels.__name__ === `power_harness_${name}`)!.samples[0]!.value;
  const [{ start_joules: start, keep_warm_joules_per_minute: keep } = found.cold_starts[0]!] =
    found.cold_starts;
  expect([value('cold_start_joules_low'), value('cold_start_joules_high')]).toEqual([
    start.ci95.low,
    start.ci95.high,
  ]);
  expect(value('keep_warm_watts')).toBeCloseTo(keep.value / 60, 12);
});

test('a phase is there while it lasts, each second, by the number of its repetition', () => {
  const load = named('phase_repetition').find(({ labels }) => labels['phase'] === 'load')!;
  const phases = tables.phases.filter(({ phase }) => phase === 'load');
  for (const { repetition, startUs, endUs } of phases) {
    const during = load.samples.filter(
      ({ timestamp: t }) => t * 1000 >= startUs && t * 1000 <= endUs,
    );
    expect(during.every(({ value }) => value === repetition)).toBe(true);
    expect(during.length).toBeGreaterThan((endUs - startUs) / 1e6 - 1);
  }
});

test('as remote write wants it: labels sorted, none empty, times rising, no series twice', () => {
  const keys = series.map(({ labels }) => JSON.stringify(labels));
  expect(new Set(keys).size).toBe(keys.length);
  for (const { labels, samples } of series) {
    expect(Object.keys(labels)).toEqual(Object.keys(labels).sort());
    expect(Object.values(labels)).not.toContain('');
    expect(risesThroughout(samples)).toBe(true);
  }
});

const risesThroughout = (samples: Series['samples']) =>
  samples.every(({ timestamp }, i) => i === 0 || timestamp > samples[i - 1]!.timestamp);
