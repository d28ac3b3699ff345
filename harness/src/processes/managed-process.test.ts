import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { ManagedProcess, type ManagedProcessOptions } from './managed-process.js';

const scratch = () => mkdtempSync(join(tmpdir(), 'managed-process-'));

function node(script: string, more: Partial<ManagedProcessOptions<string>> = {}) {
  return ManagedProcess.start<string>({
    command: process.execPath,
    args: ['-e', script],
    logFile: join(scratch(), 'log'),
    ready: (line) => /^ready (.*)/.exec(line)?.[1],
    readySeconds: 10,
    ...more,
  });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

async function eventually(condition: () => boolean, seconds = 5): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

test('it is ready when its line says so, logs all, and stops when asked', async () => {
  const logFile = join(scratch(), 'log');
  const child = await node(
    'console.log("hello"); console.error("ready yes"); setInterval(() => {}, 1000)',
    { logFile },
  );
  expect(child.readiness).toBe('yes');
  expect(child.running).toBe(true);
  expect(await child.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(child.running).toBe(false);
  expect(await eventually(() => readFileSync(logFile, 'utf8').includes('hello'))).toBe(true);
});

test('one that ends before it is ready tells what it said', async () => {
  await expect(node('console.error("port taken"); process.exit(7)')).rejects.toMatchObject({
    reason: 'ended',
    output: 'port taken',
    exitCode: 7,
  });
});

test('one that says nothing is not waited for longer than its limit, and is ended', async () => {
  const script = 'console.log("pid", process.pid); setInterval(() => {}, 1000)';
  const error = (await node(script, { readySeconds: 0.5 }).catch((e: unknown) => e)) as Error & {
    reason: string;
    output: string;
  };
  expect(error.reason).toBe('silent');
  const pid = Number(error.output.split(' ')[1]);
  expect(await eventually(() => !alive(pid))).toBe(true);
});

test('a program that is not there is said to be so', async () => {
  await expect(node('', { command: '/nowhere/program' })).rejects.toMatchObject({
    reason: 'not found',
  });
});

test('an abort ends the wait for readiness', async () => {
  const controller = new AbortController();
  const start = node('setInterval(() => {}, 1000)', { signal: controller.signal });
  setTimeout(() => controller.abort(), 100);
  await expect(start).rejects.toMatchObject({ reason: 'interrupted' });
});

test('one that ignores SIGTERM is killed after the grace', async () => {
  const child = await node(
    'process.on("SIGTERM", () => {}); console.log("ready x"); setInterval(() => {}, 1000)',
  );
  expect(await child.stop(0.3)).toEqual({ code: null, signal: 'SIGKILL' });
});

test('it ends when its parent is killed', async () => {
  const module = pathToFileURL(
    join(import.meta.dirname, '../../dist/processes/managed-process.js'),
  );
  const parentScript = `
    import { ManagedProcess } from ${JSON.stringify(module.href)};
    const child = await ManagedProcess.start({
      command: process.execPath,
      args: ['-e', 'console.log("ready x"); setInterval(() => {}, 1000)'],
      logFile: ${JSON.stringify(join(scratch(), 'log'))},
      ready: (line) => line.startsWith('ready') || undefined,
      readySeconds: 10,
    });
    console.log(child.pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', parentScript]);
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (data: Buffer) => resolve(Number(data.toString())));
  });
  expect(alive(pid)).toBe(true);
  parent.kill('SIGKILL');
  expect(await eventually(() => !alive(pid))).toBe(true);
});
