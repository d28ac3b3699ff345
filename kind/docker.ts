import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 60_000;

/** Runs a docker command. @returns what it printed @throws Error with what it said */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, { timeout: LIMIT_MS, maxBuffer: 2 ** 26 });
  return stdout.trim();
}

/** Starts an engine where none answers. @returns why there is none, or '' */
export function startEngine(): string {
  for (const script of ['engine', 'base-images']) {
    const { status, stderr } = spawnSync(join(import.meta.dirname, script), { encoding: 'utf8' });
    if (status !== 0) return stderr.trim().split('\n').at(-1) ?? `${script} failed`;
  }
  return '';
}
