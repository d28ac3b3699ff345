import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENDED_MARK, K6_HOLDER } from './k6-holder.js';

let directory: string;
let started: ChildProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'k6-holder-'));
  mkdirSync(join(directory, 'holder'));
  writeFileSync(join(directory, 'holder', 'k6'), K6_HOLDER);
  chmodSync(join(directory, 'holder', 'k6'), 0o755);
  started = [];
});

afterEach(async () => {
  for (const runner of started.filter(({ exitCode }) => exitCode === null)) {
    runner.kill('SIGTERM');
    await once(runner, 'exit');
  }
  rmSync(directory, { recursive: true, force: true });
});

function hold(folder: string, args: readonly string[], program: string): ChildProcess {
  mkdirSync(join(directory, folder));
  const runner = spawn('k6', args, {
    env: {
      PATH: [join(directory, 'holder'), program, '/usr/bin:/bin'].join(delimiter),
      LOAD_FOLDER: join(directory, folder),
    },
  });
  started.push(runner);
  return runner;
}

/** Every line of both outputs, until one that the holder prints at k6's end. */
async function untilEnded(runner: ChildProcess): Promise<string[]> {
  const lines: string[] = [];
  createInterface({ input: runner.stderr! }).on('line', (line) => lines.push(line));
  for await (const line of createInterface({ input: runner.stdout! })) {
    lines.push(line);
    if (line.startsWith(ENDED_MARK)) break;
  }
  return lines;
}

describe('a k6 that is held', () => {
  function program(script: string): string {
    const folder = mkdtempSync(join(directory, 'program-'));
    writeFileSync(join(folder, 'k6'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'k6'), 0o755);
    return folder;
  }

  test('its end is told with its code, and it stays', async () => {
    const runner = hold('a', ['run', 'x'], program('echo "$@"; exit 107'));
    expect(await untilEnded(runner)).toEqual(['run x', `${ENDED_MARK}107`]);
    expect(runner.exitCode).toBeNull();
  });

  test('told to end, it takes k6 with it', async () => {
    const runner = hold('a', ['run'], program('echo runs; exec sleep 60'));
    await once(runner.stdout!, 'data');
    runner.kill('SIGTERM');
    // Which is when nobody has its outputs any more.
    const [code] = (await once(runner, 'close')) as [number];
    expect(code).toBe(143);
  });

  test('other commands, such as those of the initializer, are those of k6 itself', async () => {
    const runner = hold('a', ['inspect', 'x'], program('echo "$@"; exit 3'));
    const [code] = (await once(runner, 'exit')) as [number];
    expect(code).toBe(3);
  });
});
