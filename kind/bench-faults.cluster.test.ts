import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { onlyRun, runCli, said, scratch, startCli } from '../harness/src/bench/run-cli.js';
import { KIND_CLUSTER } from '../harness/src/cluster/kind-cluster.js';
import type { RunResult } from '../harness/src/run/result.js';
import { readTables } from '../harness/src/run/tables.js';
import { findProgram } from '../harness/src/tools/program.js';
import { configured, left, WORKERS } from './bench-on-kind.js';
import { docker } from './docker.js';
import { clusterMissing, kubectl } from './kubectl.js';
import { createServiceAccount, removeServiceAccount, rule } from './service-account.js';

const ROOT = join(import.meta.dirname, '..');
const FUNCTION = 'matrix-multiply';
const [WORKER, WORKER2] = WORKERS;
const ON_WORKER = ['--target', 'kind', '--node', WORKER];
const SHORT = ['--duration', '4', '--idle', '3', '--rate', '5', '--repetitions'];
const BENCH = ['bench', FUNCTION, ...ON_WORKER, ...SHORT, '2'];
const WITHOUT_RIGHTS = 'bench-without-rights';

const missing = clusterMissing();

/** A bench whose first load has begun. */
async function loading(args: readonly string[]) {
  const run = startCli(args);
  expect(await said(run, /load 1/, 90), run.stderr()).toBe(true);
  return run;
}

/** As `benchOn`, with something done once its first load has begun. */
async function benchWhile(args: readonly string[], fault: () => Promise<unknown>) {
  const run = await loading([...args, '--json']);
  await fault();
  return run.ended;
}

/** A stack file with the function `tried`, which never gets ready. */
function stackOf(changes: object): string {
  const file = join(scratch(), 'stack.yml');
  const annotations = { 'power-harness.payload': join(ROOT, 'functions/src/sleep/payload.json') };
  const usual = { lang: 'dockerfile', skip_build: true, image: 'power-harness/sleep:latest' };
  const functions = { tried: { ...usual, handler: '.', annotations, ...changes } };
  writeFileSync(file, stringify({ version: '1.0', provider: { name: 'openfaas' }, functions }));
  return file;
}

const killPod = (namespace: string, name: string, ...more: string[]) =>
  kubectl(
    ...['--namespace', namespace, 'delete', 'pod', '--wait=false', '--grace-period=1'],
    `--selector=app.kubernetes.io/name=${name}`,
    ...more,
  );

const rolledOut = (namespace: string, workload: string) =>
  kubectl('--namespace', namespace, 'rollout', 'status', workload, '--timeout=90s');

describe.skipIf(missing)(`faults of a cluster${missing}`, () => {
  afterEach(async () => expect(await left()).toBe(''));
  afterAll(() => (missing ? undefined : removeServiceAccount(WITHOUT_RIGHTS)));

  test('wrong context: it is named', async () => {
    const directory = configured({ context: 'nowhere' });
    const { code, stdout } = await runCli(['target', 'check', '--target', 'changed'], directory);
    expect([code, stdout]).toEqual([
      5,
      expect.stringMatching(/FAIL +context +The kubeconfig has no context 'nowhere'/) as string,
    ]);
  });

  test('cluster unreachable: it is said where it was looked for', async () => {
    const kubeconfig = join(scratch(), 'config');
    const view = await kubectl('config', 'view', '--raw', '--minify');
    const elsewhere = view.replace(/server: .*/, 'server: https://127.0.0.1:1');
    writeFileSync(kubeconfig, elsewhere, { mode: 0o600 });
    const bench = ['bench', FUNCTION, '--target', 'changed'];
    const { code, stderr } = await runCli(bench, configured({ kubeconfig }));
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/The cluster at https:\/\/127.0.0.1:1 can't be reached/) as string,
    ]);
  });

  test('no credentials for the gateway: how to give them', async () => {
    const gateway = KIND_CLUSTER.gateway.replace('127.0.0.1', 'localhost'); // nobody logged in there
    const bench = ['bench', FUNCTION, '--target', 'changed'];
    const { code, stderr } = await runCli(bench, configured({ gateway }));
    expect([code, stderr]).toEqual([
      5,
      expect.stringContaining('asks for a user name and a password') as string,
    ]);
  });

  test('missing rights: each by its name', async () => {
    const kubeconfig = await createServiceAccount(WITHOUT_RIGHTS, [rule(['nodes'], ['list'])]);
    const check = ['target', 'check', '--target', 'changed'];
    const { code, stdout } = await runCli(check, configured({ kubeconfig }));
    expect(code).toBe(5);
    expect(stdout).toMatch(
      /FAIL +rights .*list pods in openfaas-fn, get leases in openfaas-fn, create/,
    );
  });

  test.each([
    [{ image: 'power-harness/nowhere:latest' }, /its image \S*nowhere\S* can't be had/],
    [
      { requests: { memory: '900Gi' }, limits: { memory: '900Gi' } },
      /it can't be scheduled: .*Insufficient memory/,
    ],
  ])('a function that never gets ready: %j', async (changes, why) => {
    const bench = ['bench', 'tried', ...ON_WORKER, '--stack', stackOf(changes)];
    const { code, stderr } = await runCli(bench);
    expect(code).toBe(5);
    expect(stderr).toMatch(new RegExp(`tried does not get ready: ${why.source}`));
  });

  test('exporter killed mid-run, and Prometheus gone: counters go on, the gap is shown', async () => {
    const scale = async (replicas: number) => {
      const prometheus = ['--namespace', 'power-harness', 'scale', 'deployment/prometheus'];
      await kubectl(...prometheus, `--replicas=${replicas}`);
      await rolledOut('power-harness', 'deployment/prometheus');
    };
    try {
      const onNode = `--field-selector=spec.nodeName=${WORKER}`;
      const bench = ['bench', FUNCTION, ...ON_WORKER, ...SHORT, '4'];
      const { code, stdout, stderr, directory } = await benchWhile(bench, () =>
        Promise.all([scale(0), killPod('power-harness', 'power-exporter', onNode)]),
      );
      expect(code, stdout + stderr).toBe(0);
      const { warnings } = JSON.parse(stdout) as RunResult;
      const codes = warnings.map((each) => each.code);
      expect(codes).toEqual(expect.arrayContaining(['REPETITION_LEFT_OUT', 'PROMETHEUS_GAP']));
      const [{ gapUs, energyJoules } = {}] = (await readTables(onlyRun(directory))).samples;
      expect(gapUs!.at(-1)).toBeGreaterThan(5e5);
      const falls = energyJoules!.filter((value, i) => i > 0 && value < energyJoules![i - 1]!);
      expect([...falls]).toEqual([]);
    } finally {
      await scale(1);
    }
  });

  test('gateway restarted mid-run: what failed is counted, and makes the run invalid', async () => {
    const { code, stdout, stderr } = await benchWhile(BENCH, () => killPod('openfaas', 'gateway'));
    await rolledOut('openfaas', 'deployment/gateway');
    expect(code, stdout + stderr).toBe(4);
    const { functions, warnings } = JSON.parse(stdout) as RunResult;
    expect(functions[0]!.failed).toBeGreaterThan(0);
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'INVOCATIONS_FAILED' }));
  });

  test('a node is lost mid-run, since all of it stands still: which, and what was measured stays', async () => {
    const long = ['--idle', '3', '--rate', '5', '--duration', '60', '--repetitions', '3'];
    const run = await loading(['bench', FUNCTION, ...ON_WORKER, ...long]);
    try {
      await docker('pause', WORKER);
      const { code, stderr, directory } = await run.ended;
      expect(stderr).toMatch(new RegExp(`The node ${WORKER} is no longer ready: `));
      expect(code).toBe(5);
      const { samples } = await readTables(onlyRun(directory));
      expect(samples[0]!.timeUs.length).toBeGreaterThan(20);
    } finally {
      await docker('unpause', WORKER);
      await kubectl('wait', '--for=condition=Ready', `node/${WORKER}`, '--timeout=90s');
    }
  });

  test('two at once: the second is told who measures; Ctrl-C puts everything back', async () => {
    const first = await loading(BENCH);
    const second = await runCli(['bench', FUNCTION, '--target', 'kind', '--node', WORKER2]);
    expect(second.code).toBe(5);
    expect(second.stderr).toMatch(
      new RegExp(`FAIL +free +used by \\S+, process ${first.child.pid}, run`),
    );
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
  });

  test('what was deployed before is put back', async () => {
    const faas = (...args: string[]) =>
      execFileSync(findProgram('faas-cli'), [...args, '--gateway', KIND_CLUSTER.gateway], {
        cwd: scratch(),
        stdio: 'pipe',
      });
    const own = ['--yaml', join(ROOT, 'functions/stack.yml'), '--filter', 'sleep'];
    faas('deploy', ...own, '--env', 'MINE=1', '--read-template=false');
    const inFunctions = ['--namespace', 'openfaas-fn'];
    try {
      const run = startCli(['bench', 'sleep', ...ON_WORKER, ...SHORT, '2']);
      expect(await said(run, /in place of what is deployed by that name/, 60)).toBe(true);
      expect(await said(run, /load 1/, 90), run.stderr()).toBe(true);
      run.child.kill('SIGINT');
      expect((await run.ended).code).toBe(130);
      const deployment = await kubectl(...inFunctions, 'get', 'deployment/sleep', '--output=json');
      expect(deployment).toContain('"name": "MINE"');
      expect(deployment).not.toContain('"power-harness.run"');
      expect(deployment).not.toContain('kubernetes.io/hostname');
    } finally {
      faas('remove', 'sleep');
      await kubectl(...inFunctions, 'wait', '--for=delete', 'deployment/sleep', '--timeout=30s');
    }
  });
});
