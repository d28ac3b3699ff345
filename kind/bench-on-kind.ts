import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { onlyRun, runCli, scratch } from '../harness/src/bench/run-cli.js';
import { addTruth } from '../harness/src/bench/truth.js';
import { KIND_CLUSTER } from '../harness/src/cluster/kind-cluster.js';
import type { RunManifest } from '../harness/src/run/manifest.js';
import { readManifest } from '../harness/src/run/read-run.js';
import type { RunResult } from '../harness/src/run/result.js';
import { readTables } from '../harness/src/run/tables.js';
import { kubectl } from './kubectl.js';
import { fetchTruth } from './twin-energy.js';

export const WORKERS = ['power-harness-worker', 'power-harness-worker2'] as const;

/** A bench that came to its end. */
export interface Measured {
  result: RunResult;
  manifest: RunManifest;
  stderr: string;
}

/**
 * Benches on one of the workers.
 * @param args - from the function's name on
 * @param directory - where there is a config file for it
 * @returns with the twin's truth in the result; the meter has no part in that
 */
export async function benchOn(
  node: string,
  args: readonly string[],
  { target = 'kind', directory = scratch() } = {},
): Promise<Measured> {
  const all = ['bench', ...args, '--target', target, '--node', node, '--json'];
  const { code, stdout, stderr } = await runCli(all, directory);
  expect(code, stdout + stderr).toBe(0);
  const run = onlyRun(directory);
  const result = JSON.parse(stdout) as RunResult;
  const manifest = await readManifest(run);
  await addTruth(result, await readTables(run), manifest, await fetchTruth(node));
  return { result, manifest, stderr };
}

/** A folder whose config file has the target `changed`: the kind target with changes. */
export function configured(changes: object): string {
  const directory = scratch();
  const targets = { changed: { ...KIND_CLUSTER, ...changes } };
  writeFileSync(join(directory, 'power-harness.yaml'), stringify({ targets }));
  return directory;
}

/** What a bench leaves in the functions' namespace: nothing. */
export function left(): Promise<string> {
  return kubectl('--namespace', 'openfaas-fn', 'get', 'deployments,leases', '--output=name');
}
