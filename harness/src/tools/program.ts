import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { LoadError, TargetError } from '../errors.js';

const TOOLS = fileURLToPath(new URL('../../tools/', import.meta.url));
const BUILT = join(TOOLS, 'bin');
const VERSION_LIMIT_MS = 10_000;

/** The programs of others that a bench needs. */
export type ProgramName = 'k6' | 'faas-cli';

const MODULES: Record<ProgramName, string> = {
  k6: 'go.k6.io/k6',
  'faas-cli': 'github.com/openfaas/faas-cli',
};

/**
 * The program's path: the first on PATH, else the one that bootstrap built.
 * @throws LoadError (`K6_MISSING`) or TargetError (`FAAS_CLI_MISSING`)
 */
export function findProgram(
  name: ProgramName,
  folders: readonly string[] = programFolders(),
): string {
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found) return found;
  const message = `${name} is missing: it is neither on PATH nor in ${BUILT}.`;
  const hint = `Run ./bootstrap, which builds it, or install ${name}.`;
  throw name === 'k6'
    ? new LoadError('K6_MISSING', message, hint)
    : new TargetError('FAAS_CLI_MISSING', message, hint);
}

function programFolders(): string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute), BUILT];
}

/**
 * A program's version such as `v1.8.1`; the pinned one where a build of ours doesn't know its own.
 * @throws LoadError or TargetError where it does not run
 */
export async function programVersion(path: string): Promise<string> {
  const name = basename(path) === 'k6' ? 'k6' : 'faas-cli';
  const args = name === 'k6' ? ['version'] : ['version', '--short-version', '--warn-update=false'];
  const { stdout, failed, shortMessage } = await execa(path, args, {
    reject: false,
    timeout: VERSION_LIMIT_MS,
    stdin: 'ignore',
    env: { OPENFAAS_URL: undefined },
  });
  if (failed) {
    const hint = 'Remove it, or run ./bootstrap to build one that runs.';
    throw name === 'k6'
      ? new LoadError('K6_BROKEN', shortMessage ?? `${path} does not run.`, hint)
      : new TargetError('FAAS_CLI_BROKEN', shortMessage ?? `${path} does not run.`, hint);
  }
  const said = /\bv?\d+\.\d+\.\d\S*/.exec(stdout)?.[0];
  return said ?? (dirname(path) === BUILT ? pinnedVersion(name) : 'unknown');
}

/** The version that is tried with this one, such as `v1.8.1`. */
export function pinnedVersion(name: ProgramName): string {
  try {
    const lines = readFileSync(join(TOOLS, 'go.mod'), 'utf8').split('\n');
    const words = lines.map((line) => line.trim().split(/\s+/));
    return words.find(([module]) => module === MODULES[name])?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
