import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MadeUpSysfs } from '@power-harness/exporter/made-up-sysfs';
import type { RunResult } from '../run/result.js';
import type { RunManifest } from '../run/manifest.js';
import { onlyRun, runCli } from './run-cli.js';

const IDLE_WATTS = 3;
const WATTS_PER_CORE = 5;

let sysfs: MadeUpSysfs;
let timer: NodeJS.Timeout;

/** A package that draws by this machine's busy cores. */
beforeEach(() => {
  sysfs = new MadeUpSysfs();
  sysfs.zone('intel-rapl:0', 'package-0');
  const busySeconds = () => {
    const [, user = 0, nice = 0, system = 0] = readFileSync('/proc/stat', 'utf8')
      .split('\n')[0]!
      .split(/\s+/)
      .map(Number);
    return (user + nice + system) / 100;
  };
  const start = { seconds: performance.now() / 1000, busy: busySeconds() };
  timer = setInterval(() => {
    const seconds = performance.now() / 1000 - start.seconds;
    const joules = IDLE_WATTS * seconds + WATTS_PER_CORE * (busySeconds() - start.busy);
    sysfs.energy('intel-rapl:0', Math.round(joules * 1e6));
  }, 10);
});
afterEach(() => clearInterval(timer));

test("without any meter, this machine's own counters make real joules", async () => {
  const plan = ['--idle=4', '--duration=3', '--repetitions=3', '--warmup=1', '--rate=20'];
  const options = ['--sysfs', sysfs.path, '--json', ...plan];
  const { code, stdout, stderr, directory } = await runCli([
    ...['bench', 'matrix-multiply'],
    ...options,
  ]);
  expect(stderr).toContain('RAPL of this machine (package-0); --energy twin simulates');
  expect(code, stderr).toBe(0);
  const result = JSON.parse(stdout) as RunResult;
  expect(result.simulated).toBe(false);
  const [{ marginal, ...own }] = result.functions as [RunResult['functions'][number]];
  expect(own.truth_joules_per_invocation).toBeUndefined();
  expect(marginal.joules_per_invocation).toBeGreaterThan(0);
  const half = (marginal.systematic95.high - marginal.systematic95.low) / 2;
  expect(half / marginal.joules_per_invocation).toBeGreaterThan(0.09);
  expect(result.nodes[0]!.idle_watts.value).toBeGreaterThan(IDLE_WATTS * 0.98);
  expect(result.warnings.map((warning) => warning.code)).toEqual(
    expect.arrayContaining(['RAPL_UNCALIBRATED', 'LOAD_GENERATOR_METERED']),
  );
  const run = onlyRun(directory);
  const manifest = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as RunManifest;
  expect(manifest.meters).toMatchObject([{ source: 'rapl', channel: 1, address: 'package-0' }]);
  expect(readFileSync(join(run, 'report.html'), 'utf8')).not.toMatch(/Simulated\.|\(simulated\)/);
});
