import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { TargetError, UsageError } from '../errors.js';
import { tiedToParent } from '../processes/command-line.js';

const FOLDER = join(import.meta.dirname, '../../../kind');

/** Building all of Kubernetes takes a quarter of an hour on two cores. */
const LIMIT_MS = 3_600_000;

export interface ClusterScriptOptions {
  /** Where what the script has to say in the end goes; its progress is on stderr. */
  stdout: 'inherit' | 'ignore';
  signal: AbortSignal;
  /** Where the scripts are; this checkout's `kind/` where not given. */
  folder?: string;
}

/**
 * Brings the kind cluster up, or takes it down, by this checkout's own scripts. Ends with all that it started when the
 * signal aborts.
 * @throws TargetError `CLUSTER_FAILED`, UsageError `NO_CHECKOUT`, or the signal's reason
 */
export async function runClusterScript(
  name: 'up' | 'down',
  { stdout, signal, folder = FOLDER }: ClusterScriptOptions,
): Promise<void> {
  const script = join(folder, name);
  if (!existsSync(script)) {
    throw new UsageError(
      'NO_CHECKOUT',
      `${script} is missing: the cluster is made from a checkout of this project.`,
      'Clone the repository and run ./bootstrap in it.',
    );
  }
  signal.throwIfAborted();
  const [command, args] = tiedToParent(script, []);
  // A session of its own: what the script started is ended with it.
  const child = execa(command, args, {
    detached: true,
    reject: false,
    stdin: 'ignore',
    stdout,
    stderr: 'inherit',
  });
  const stop = () => void process.kill(-child.pid!, 'SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const limit = setTimeout(stop, LIMIT_MS);
  const { exitCode } = await child;
  clearTimeout(limit);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (exitCode === 0) return;
  throw new TargetError(
    'CLUSTER_FAILED',
    `kind/${name} failed${exitCode === undefined ? '' : ` (exit code ${exitCode})`}; what it said last is above.`,
    'kind/README.md says what it needs, and what to do where it fails.',
  );
}
