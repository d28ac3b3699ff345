import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findProgramOrSkip } from '../../harness/src/bench/required-programs.js';
import { type CliRun, onlyRun, startCli } from '../../harness/src/bench/run-cli.js';
import type { RunResult } from '../../harness/src/run/result.js';
import { ask, type LivePrometheus, startPrometheus } from './live-prometheus.js';

const missing =
  findProgramOrSkip('k6', 'faas-cli') ??
  (spawnSync('prometheus', ['--version']).status === 0 ? undefined : ' (skipped: no prometheus)');

const PLAN = '--idle 1 --settle 0 --warmup 0.5 --duration 2 --repetitions 2 --rate 50'.split(' ');

describe.skipIf(missing)(`a bench with --prometheus${missing ?? ''}`, () => {
  let prometheus: LivePrometheus;
  let run: CliRun;

  beforeEach(async () => {
    prometheus = await startPrometheus({}, []);
    run = startCli(['bench', 'sleep', '--json', '--prometheus', prometheus.url, ...PLAN]);
    await vi.waitFor(
      async () => {
        const series = `k6_http_reqs_total{function="sleep", status="200", testid=~".*-sleep"}`;
        const [sent] = await ask(prometheus.url, `last_over_time(${series}[1m])`);
        expect(sent ?? 0, run.stderr()).toBeGreaterThan(0);
      },
      { timeout: 60_000, interval: 100 },
    );
  });

  afterEach(() => prometheus.close());

  test('writes load while it runs, phases and figures at its end', async () => {
    const { code, stdout, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`ok    remote write   ${prometheus.url}`);
    const result = JSON.parse(stdout) as RunResult;
    const [{ marginal, invocations } = result.functions[0]!] = result.functions;
    const value = async (metric: string) =>
      (await ask(prometheus.url, `power_harness_${metric}{run="${result.run}"}`))[0];
    expect(await value('marginal_joules_per_invocation')).toBe(marginal.joules_per_invocation);
    expect(await value('invocations')).toBe(invocations);
    const phases = `count by (phase) (power_harness_phase_repetition{run="${result.run}"})`;
    expect(await ask(prometheus.url, phases)).toHaveLength(4);
    expect(result.warnings.map((each) => each.code)).not.toContain('PROMETHEUS_GAP');
  });

  test('ends well when Prometheus does not', async () => {
    await prometheus.close();
    const { code, stdout, stderr, directory } = await run.ended;
    expect(code, stderr).toBe(0);
    const file = readFileSync(join(onlyRun(directory), 'result.json'), 'utf8');
    const result = JSON.parse(file) as RunResult;
    expect(JSON.parse(stdout)).toEqual(result);
    expect(result.functions[0]!.invocations).toBeGreaterThan(100);
    const hintOf = (wanted: string) => result.warnings.find(({ code }) => code === wanted)?.hint;
    expect(hintOf('PROMETHEUS_GAP')).toContain('nothing of the run is missing');
    expect(hintOf('PROMETHEUS_UNREACHABLE')).toContain(
      `runs push ${result.run} --prometheus ${prometheus.url}`,
    );
  });
});
