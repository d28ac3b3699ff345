import { createHash } from 'node:crypto';
import type { Transform, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { LoadError, PowerHarnessError } from '../../../errors.js';
import type { PodProcess } from './pod-exec.js';

const LIMIT_MS = 20_000;
/** Of a file's way out of the cluster: rows of an hour are some hundred MB. */
const FETCH_LIMIT_MS = 300_000;
/** A connection may end before all that a command printed came: its exit code can overtake that. */
const TRIES = 3;
/** By which an answer is known to be whole. */
const END_MARK = 'power-harness end';

/** Where a file goes in a container, and its bytes. */
export interface PodFile {
  path: string;
  content: Buffer;
}

/** Short commands and files of a container: POSIX, and no more than busybox has. */
export class PodShell {
  constructor(private readonly startCommand: (command: readonly string[]) => Promise<PodProcess>) {}

  /** Starts a script of `sh`, `$1` and so on being its arguments. @throws KubernetesError, TargetError */
  start(script: string, ...args: readonly string[]): Promise<PodProcess> {
    return this.startCommand(['sh', '-c', script, 'sh', ...args]);
  }

  /** @throws LoadError (`LOAD_POD_FAILED`) with what it said, TargetError */
  async run(script: string, ...args: readonly string[]): Promise<void> {
    await this.say(script, args, text);
  }

  /**
   * @param script - may be run again, where not all of its answer came
   * @returns all that it printed
   * @throws LoadError (`LOAD_POD_FAILED`, `LOAD_ANSWER_LOST`), TargetError
   */
  ask(script: string, ...args: readonly string[]): Promise<string> {
    return this.answer(script, args);
  }

  /**
   * Writes files, which are checked to be whole. Their lengths are told before: not every server passes the end of stdin on.
   * @throws LoadError, TargetError
   */
  async put(files: readonly PodFile[]): Promise<void> {
    for (const { path, content } of files) {
      const script = 'head -c "$2" >"$1" && sha256sum <"$1"';
      const said = await this.answer(script, [path, String(content.length)], content);
      if (said.startsWith(sha256(content))) continue;
      throw new LoadError('LOAD_FILE_BROKEN', `${path} did not get into the pod whole.`);
    }
  }

  /**
   * Reads a file of the container, checked to be whole.
   * @param sink - makes where it goes to; anew for each try
   * @param through - what its bytes go through on the way
   * @returns whether there was one
   * @throws LoadError, TargetError
   */
  async fetch(path: string, sink: () => Writable, through: () => Transform[] = () => []) {
    const wanted = await this.ask('[ ! -e "$1" ] || sha256sum <"$1"', path);
    if (wanted === '') return false;
    for (let tries = 0; tries < TRIES; tries++) {
      const hash = createHash('sha256');
      const take = async (from: PodProcess['stdout']) => {
        from.on('data', (data: Buffer) => hash.update(data));
        await pipeline([from, ...through(), sink()]);
      };
      try {
        await this.say('cat "$1"', [path], take, undefined, FETCH_LIMIT_MS);
        if (wanted.startsWith(hash.digest('hex'))) return true;
      } catch (error) {
        // A part of an archive may be none.
        if (error instanceof PowerHarnessError) throw error;
      }
    }
    throw new LoadError('LOAD_FILE_BROKEN', `${path} did not get out of the pod whole.`);
  }

  private async answer(script: string, args: readonly string[], input?: Buffer): Promise<string> {
    const marked = `{ ${script}; } && echo "${END_MARK}"`;
    for (let tries = 0; tries < TRIES; tries++) {
      const said = (await this.say(marked, args, text, input)).trim();
      if (said.endsWith(END_MARK)) return said.slice(0, -END_MARK.length).trim();
    }
    const message = 'What a command in the pod of k6 printed did not come whole.';
    throw new LoadError('LOAD_ANSWER_LOST', message);
  }

  private async say<T>(
    script: string,
    args: readonly string[],
    take: (stdout: PodProcess['stdout']) => Promise<T>,
    input?: Buffer,
    limitMs = LIMIT_MS,
  ): Promise<T> {
    const process = await this.start(script, ...args);
    const limit = setTimeout(() => process.cut(), limitMs);
    try {
      if (input) process.stdin.write(input);
      const [{ exitCode, how }, errors, taken] = await Promise.all([
        process.ended,
        text(process.stderr),
        take(process.stdout),
      ]);
      if (exitCode === 0) return taken;
      const why = errors.trim() || how || `it ended by code ${exitCode}`;
      throw new LoadError('LOAD_POD_FAILED', `A command in the pod of k6 failed: ${why}`);
    } finally {
      clearTimeout(limit);
    }
  }
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
