import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../bin/run.js');

/** A command line run as a user would, in a folder of its own; for tests. */
export interface CliRun {
  child: ChildProcess;
  directory: string;
  /** What it said so far. */
  stderr: () => string;
  /** Resolves at its end. */
  ended: Promise<{ code: number | null; stdout: string; stderr: string; directory: string }>;
}

/** @param env - more of its environment */
export function startCli(
  args: readonly string[],
  directory = scratch(),
  env: NodeJS.ProcessEnv = {},
): CliRun {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: directory,
    // No sysfs: the twin also where this machine's RAPL can be read.
    env: {
      ...process.env,
      NO_COLOR: '1',
      FORCE_COLOR: '0',
      POWER_HARNESS_SYSFS: '/nowhere',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<{
    code: number | null;
    stdout: string;
    stderr: string;
    directory: string;
  }>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr, directory })));
  return { child, directory, stderr: () => stderr, ended };
}

export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'power-harness-cli-'));
}

export function runCli(args: readonly string[], directory?: string) {
  return startCli(args, directory).ended;
}

/** Waits until it has said something; false after `seconds`. */
export async function said(run: CliRun, text: string | RegExp, seconds = 30): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const stderr = run.stderr();
    if (typeof text === 'string' ? stderr.includes(text) : text.test(stderr)) return true;
    if (run.child.exitCode !== null) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** The run directory that it made below its folder; there must be one only. */
export function onlyRun(directory: string): string {
  const [name, ...more] = readdirSync(join(directory, 'runs'));
  if (!name || more.length > 0) throw new Error(`runs: ${[name, ...more].join(', ')}`);
  return join(directory, 'runs', name);
}

/** Processes whose environment holds `variable`, as NAME=value; of those, whose command line names `program`. */
export function pidsWith(variable: string, program = ''): number[] {
  const words = (pid: string, file: string) =>
    readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          words(pid, 'environ').includes(variable) &&
          words(pid, 'cmdline').some((word) => word.includes(program))
        );
      } catch {
        return false; // it has ended
      }
    })
    .map(Number);
}
