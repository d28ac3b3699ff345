import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { findProgramOrSkip } from '../../harness/src/bench/required-programs.js';
import { onlyRun, startCli } from '../../harness/src/bench/run-cli.js';
import { type RunResult } from '../../harness/src/run/result.js';
import { ask, startPrometheus } from './live-prometheus.js';

const missing =
  findProgramOrSkip('k6', 'faas-cli') ??
  (spawnSync('prometheus', ['--version']).status === 0 ? undefined : ' (skipped: no prometheus)');

const PLAN = '--idle 1 --settle 0 --warmup 0 --duration 1.5 --repetitions 2 --rate 50'.split(' ');

test.skipIf(missing)(
  `a bench writes to Prometheus while it runs, and ends well without it${missing ?? ''}`,
  async () => {
    const prometheus = await startPrometheus({}, []);
    const run = startCli(['bench', 'sleep', '--json', '--prometheus', prometheus.url, ...PLAN]);
    try {
      await vi.waitFor(
        async () => {
          const series = `k6_http_reqs_total{function="sleep", status="200", testid=~".*-sleep"}`;
          const query = `last_over_time(${series}[1m])`;
          expect((await ask(prometheus.url, query))[0], run.stderr()).toBeGreaterThan(0);
        },
        { timeout: 25_000, interval: 100 },
      );
    } finally {
      await prometheus.close();
    }
    const { code, stdout, stderr, directory } = await run.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`ok    remote write   ${prometheus.url}`);
    const path = onlyRun(directory);
    const result = JSON.parse(readFileSync(join(path, 'result.json'), 'utf8')) as RunResult;
    expect(JSON.parse(stdout)).toEqual(result);
    expect(result.functions[0]!.invocations).toBeGreaterThan(100);
    expect(result.warnings).toContainEqual(
      expect.objectContaining({
        code: 'PROMETHEUS_GAP',
        message: expect.stringContaining('connection refused') as string,
      }),
    );
    expect(result.warnings).toContainEqual(
      expect.objectContaining({
        code: 'PROMETHEUS_UNREACHABLE',
        hint: expect.stringContaining(
          `runs push ${result.run} --prometheus ${prometheus.url}`,
        ) as string,
      }),
    );
  },
  60_000,
);
