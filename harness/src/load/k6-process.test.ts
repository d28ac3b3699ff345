import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { K6Options } from './k6-options.js';
import { runK6 } from './k6-process.js';

const BUILT = new URL('../../dist/load/k6-process.js', import.meta.url).href;

let directory: string;
let path: string | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'k6-process-'));
  path = process.env['PATH'];
});

afterEach(() => {
  process.env['PATH'] = path;
  rmSync(directory, { recursive: true, force: true });
});

/** A program that PATH finds as k6: for what the real one does too rarely to be waited for. */
function k6Is(script: string): void {
  writeFileSync(join(directory, 'k6'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, 'k6'), 0o755);
  process.env['PATH'] = `${directory}${delimiter}${path}`;
}

function options(more: Partial<K6Options> = {}): K6Options {
  return {
    config: {
      request_timeout_seconds: 1,
      calls: {},
      scenarios: {},
      thresholds: {},
    },
    directory: join(directory, 'run'),
    rows: true,
    limitSeconds: 10,
    stopSeconds: 0.3,
    signal: new AbortController().signal,
    ...more,
  };
}

test('k6 that ends with a code: its last error, else the code', async () => {
  k6Is(
    `echo '{"level":"error","msg":"first"}' >&2; echo '{"level":"error","msg":"disk full"}' >&2; exit 107`,
  );
  await expect(runK6(options())).rejects.toMatchObject({
    code: 'K6_FAILED',
    exitCode: 6,
    message: 'k6 failed: disk full',
    hint: expect.stringContaining('k6.log') as string,
  });
  k6Is('exit 109');
  await expect(runK6(options())).rejects.toMatchObject({
    message: expect.stringContaining('109') as string,
  });
});

test('k6 that is killed from outside', async () => {
  k6Is('kill -9 $$');
  await expect(runK6(options())).rejects.toMatchObject({
    code: 'K6_FAILED',
    message: expect.stringContaining('SIGKILL') as string,
  });
});

test('k6 that does not end: stopped at its limit', async () => {
  k6Is('exec sleep 60');
  await expect(runK6(options({ limitSeconds: 0.3 }))).rejects.toMatchObject({ code: 'K6_HANGS' });
});

test('k6 that takes no notice of an abort is killed', async () => {
  k6Is('trap "" INT; while :; do sleep 0.1; done');
  const started = performance.now();
  const signal = AbortSignal.timeout(200);
  await expect(runK6(options({ signal }))).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(performance.now() - started).toBeLessThan(2000);
});

test('an abort before the start starts nothing', async () => {
  k6Is(`touch ${directory}/started`);
  await expect(runK6(options({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
  expect(existsSync(join(directory, 'started'))).toBe(false);
});

test('the user’s own k6 settings change nothing', async () => {
  process.env['K6_OUT'] = 'json=elsewhere.json';
  k6Is('env | grep ^K6_ | sort; exit 0');
  try {
    await runK6(options());
  } finally {
    delete process.env['K6_OUT'];
  }
  expect(readFileSync(join(directory, 'run/k6.log'), 'utf8').trim().split('\n')).toEqual([
    'K6_AUTO_EXTENSION_RESOLUTION=false',
    'K6_CSV_TIME_FORMAT=unix_micro',
    'K6_LOG_FORMAT=json',
    'K6_NO_USAGE_REPORT=true',
  ]);
});

test.skipIf(!existsSync('/usr/bin/setpriv'))(
  'k6 ends when the process that started it is killed (skipped without setpriv)',
  async () => {
    k6Is(`echo $$ > ${directory}/pid; exec sleep 60`);
    const script = `import { runK6 } from '${BUILT}';
      await runK6({ ...${JSON.stringify(options())}, signal: new AbortController().signal });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script]);
    const pid = Number(await eventually(() => readFileSync(join(directory, 'pid'), 'utf8').trim()));
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'close');
    await eventually(() => (isRunning(pid) ? '' : 'ended'));
  },
);

/** Running, and not only waiting to be reaped. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function eventually(probe: () => string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      const value = probe();
      if (value) return value;
    } catch {
      // not there yet
    }
    await wait(50);
  }
  throw new Error('it did not happen within 5 s');
}
