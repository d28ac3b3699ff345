import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { InterruptedError } from '../errors.js';
import { runClusterScript } from './cluster-script.js';
import { KIND_CLUSTER } from './kind-cluster.js';

const stdout = 'ignore';

function folderWith(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-script-'));
  writeFileSync(join(folder, 'up'), `#!/usr/bin/env bash\ncd "${folder}"\n${script}`);
  chmodSync(join(folder, 'up'), 0o755);
  return folder;
}
const run = (folder: string, signal = new AbortController().signal) =>
  runClusterScript('up', { folder, signal, stdout });

test('the script is run, and its failure told', async () => {
  const folder = folderWith('touch ran');
  await run(folder);
  expect(existsSync(join(folder, 'ran'))).toBe(true);
  await expect(run(folderWith('exit 3'))).rejects.toMatchObject({
    code: 'CLUSTER_FAILED',
    exitCode: 5,
    message: expect.stringContaining('exit code 3') as string,
  });
});

test('without a checkout there is no cluster', async () => {
  await expect(run(join(tmpdir(), 'no-checkout'))).rejects.toMatchObject({ code: 'NO_CHECKOUT' });
});

test('an interruption ends the script and what it started', async () => {
  const controller = new AbortController();
  const folder = folderWith('(trap "touch ended" TERM; touch started; sleep 60 & wait) & wait');
  const running = run(folder, controller.signal);
  const there = (file: string) => existsSync(join(folder, file));
  await expect.poll(() => there('started')).toBe(true);
  controller.abort(new InterruptedError('INTERRUPTED', 'Interrupted.'));
  await expect(running).rejects.toMatchObject({ exitCode: 130 });
  await expect.poll(() => there('ended')).toBe(true);
});

test('the addresses are those of kind/cluster.yaml', () => {
  const file = join(import.meta.dirname, '../../../kind/cluster.yaml');
  const { name, nodes } = parse(readFileSync(file, 'utf8')) as {
    name: string;
    nodes: { extraPortMappings?: { hostPort: number; listenAddress: string }[] }[];
  };
  const addresses = nodes
    .flatMap((node) => node.extraPortMappings ?? [])
    .map(({ listenAddress, hostPort }) => `http://${listenAddress}:${hostPort}`);
  expect(addresses).toEqual([KIND_CLUSTER.gateway, KIND_CLUSTER.prometheus]);
  expect(KIND_CLUSTER.context).toBe(`kind-${name}`);
});
