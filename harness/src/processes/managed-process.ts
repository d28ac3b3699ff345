import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { tiedToParent, type Confinement } from './command-line.js';

const LAST_LINES = 20;

export interface ManagedProcessOptions<T> extends Confinement {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Gets everything the process prints. */
  logFile: string;
  /** Called with each line printed until it returns something: then the process is ready. */
  ready: (line: string) => T | undefined;
  readySeconds: number;
  signal?: AbortSignal;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Why a process did not get ready; `output` is what it said last. */
export class NotReadyError extends Error {
  constructor(
    readonly reason: 'not found' | 'ended' | 'silent' | 'interrupted',
    readonly output: string,
    readonly exitCode: number | null,
  ) {
    super(output || reason);
    this.name = 'NotReadyError';
  }
}

/**
 * A child process in a session of its own (a Ctrl-C in the terminal reaches only us, and we stop it in
 * order) that ends when we do.
 */
export class ManagedProcess<T> {
  readonly ended: Promise<Ended>;
  private readonly lines: string[] = [];

  private constructor(
    private readonly child: ChildProcess,
    readonly readiness: T,
    ended: Promise<Ended>,
    lines: string[],
  ) {
    this.ended = ended;
    this.lines = lines;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Whether it still runs. */
  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What it said last. */
  get output(): string {
    return this.lines.join('\n');
  }

  /** @throws NotReadyError when it is not there, ends, or says nothing in time */
  static async start<T>(options: ManagedProcessOptions<T>): Promise<ManagedProcess<T>> {
    const [command, args] = tiedToParent(options.command, options.args, options);
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
    });
    const log = createWriteStream(options.logFile, { flags: 'a' });
    log.on('error', () => undefined); // a full disk must not end the measurement's own error path
    const lines: string[] = [];
    let foundReady: (value: T) => void = () => undefined;
    const ready = new Promise<T>((resolve) => (foundReady = resolve));
    let isReady = false;
    const follow = (stream: Readable) => {
      stream.pipe(log, { end: false });
      createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
        lines.push(line);
        if (lines.length > LAST_LINES) lines.shift();
        if (isReady) return;
        const value = options.ready(line);
        if (value !== undefined) {
          isReady = true;
          foundReady(value);
        }
      });
    };
    follow(child.stdout);
    follow(child.stderr);
    const ended = new Promise<Ended>((resolve) => {
      child.once('error', () => resolve({ code: 127, signal: null }));
      child.once('close', (code, signal) => {
        log.end();
        resolve({ code, signal });
      });
    });
    const refuse = (reason: NotReadyError['reason'], code: number | null = null) => {
      kill(child, 'SIGKILL');
      throw new NotReadyError(reason, lines.join('\n'), code);
    };
    const timer = new AbortController();
    try {
      const first = await Promise.race([
        ready.then((value) => ({ value })),
        ended,
        delay(options.readySeconds * 1000, timer.signal).then(() => 'silent' as const),
        aborted(options.signal, timer.signal),
      ]);
      if (first === 'silent' || first === 'interrupted') return refuse(first);
      if ('code' in first) return refuse(first.code === 127 ? 'not found' : 'ended', first.code);
      return new ManagedProcess(child, first.value, ended, lines);
    } finally {
      timer.abort();
    }
  }

  /** Asks it to end, and ends it after `graceSeconds`. */
  async stop(graceSeconds = 5): Promise<Ended> {
    kill(this.child, 'SIGTERM');
    const timer = setTimeout(() => kill(this.child, 'SIGKILL'), graceSeconds * 1000);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

function delay(milliseconds: number, cancel: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    cancel.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}

function aborted(signal: AbortSignal | undefined, cancel: AbortSignal): Promise<'interrupted'> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve('interrupted');
    signal?.addEventListener('abort', () => resolve('interrupted'), { once: true, signal: cancel });
  });
}
