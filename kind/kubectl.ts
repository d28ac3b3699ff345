import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { KIND_CLUSTER } from '../harness/src/cluster/kind-cluster.js';

const run = promisify(execFile);
const CONTEXT = ['--context', KIND_CLUSTER.context];
const LIMIT_MS = 180_000;

/** Runs kubectl on the cluster; for tests. @returns what it printed @throws Error with what it said */
export async function kubectl(...args: string[]): Promise<string> {
  const options = { timeout: LIMIT_MS, maxBuffer: 2 ** 28 };
  return (await run('kubectl', [...CONTEXT, ...args], options)).stdout.trim();
}

/** Why tests that need the cluster are skipped, as their title has it; empty where it is there. */
export function clusterMissing(): string {
  try {
    execFileSync('kubectl', [...CONTEXT, 'get', 'nodes'], { timeout: 20_000, stdio: 'pipe' });
    return '';
  } catch {
    return ' (skipped: no cluster answers, kind/up makes it)';
  }
}
