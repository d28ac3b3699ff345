import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findProgramOrSkip } from '../../../bench/required-programs.js';
import type { K6Options } from '../../../load/k6-options.js';
import { runLoad, type LoadOptions } from '../../../load/run-load.js';
import { readK6Rows } from '../../../load/k6-rows.js';
import { findProgram } from '../../../tools/program.js';
import { K6InPod } from './k6-in-pod.js';
import { LocalShell } from './local-shell.js';
import { parseTime, podClockOffset } from './pod-clock.js';

const missing = findProgramOrSkip('k6');
const OURS = 'http://gateway.test:31112';

let server: Server;
let bodies: Set<string>;
let directory: string;

beforeEach(async () => {
  bodies = new Set();
  directory = mkdtempSync(join(tmpdir(), 'k6-in-pod-'));
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      bodies.add(body);
      response.end('answer');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Where `k6` is a script of the test's, or the real one. */
function shellWith(k6?: string): LocalShell {
  const folder = mkdtempSync(join(tmpdir(), 'k6-program-'));
  if (k6 !== undefined) {
    writeFileSync(join(folder, 'k6'), `#!/bin/sh\n${k6}\n`);
    chmodSync(join(folder, 'k6'), 0o755);
  }
  const program = k6 === undefined ? dirname(findProgram('k6')) : folder;
  return new LocalShell(`${program}${delimiter}${process.env['PATH']}`);
}

function k6In(local: LocalShell, seconds = 0): K6InPod {
  const inCluster = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new K6InPod(local.shell, {
    folder: local.folder,
    gatewayUrl: { ours: OURS, inCluster },
    clockOffset: { seconds, uncertaintySeconds: 0 },
  });
}

function load(k6: K6InPod, more: Partial<LoadOptions> = {}): LoadOptions {
  const payloadFile = join(directory, 'payload');
  writeFileSync(payloadFile, 'x'.repeat(2 ** 21));
  return {
    run: (options) => k6.run(options),
    functions: [
      {
        ...{ name: 'f', url: `${OURS}/function/f`, payloadFile },
        ...{ contentType: 'text/plain', ratesPerSecond: [20] },
      },
    ],
    ...{ warmupSeconds: 0, windowSeconds: 1, tailSeconds: 0, repetition: 1, timeoutSeconds: 5 },
    directory: join(directory, 'k6'),
    signal: new AbortController().signal,
    ...more,
  };
}

function options(more: Partial<K6Options> = {}): K6Options {
  return {
    config: { request_timeout_seconds: 1, calls: {}, scenarios: {}, thresholds: {} },
    ...{ directory, rows: true, limitSeconds: 20, stopSeconds: 1 },
    signal: new AbortController().signal,
    ...more,
  };
}

describe.skipIf(missing)(`the real k6 by a shell${missing ?? ''}`, () => {
  test('its files come as from a near one; times are by our clock, URLs and payloads as the pod has them', async () => {
    const local = shellWith();
    const progress: number[] = [];
    const beforeUs = Date.now() * 1000;
    const result = await runLoad(
      load(k6In(local, 3600), { onProgress: ({ requests }) => progress.push(requests) }),
    );
    expect([...bodies]).toEqual(['x'.repeat(2 ** 21)]);
    expect(result.requests).toBeGreaterThan(10);
    expect(progress.length).toBeGreaterThan(0);
    const names = ['k6.log', 'load.json', 'requests.csv.gz', 'script.js', 'summary.json'];
    expect(readdirSync(join(directory, 'k6')).sort()).toEqual(names);
    expect(readFileSync(join(directory, 'k6/load.json'), 'utf8')).toContain(OURS);
    // The pod's clock is said to be an hour ahead: what it stamps is brought back by one.
    expect(result.startUs).toBeGreaterThan(beforeUs - 3600e6);
    expect(result.startUs).toBeLessThan(beforeUs - 3590e6);
    let count = 0;
    for await (const rows of readK6Rows(result.requestsFile, 'http_req_duration'))
      for (const { timeUs } of rows) {
        count++;
        expect(timeUs - result.startUs).toBeGreaterThan(-1000);
        expect(timeUs - result.startUs).toBeLessThan(3e6);
      }
    expect(count).toBe(result.requests);
    const left = readdirSync(local.folder).filter((name) => !name.startsWith('payload-'));
    expect(left).toEqual([]);
  });

  test('an abort: k6 ends in order, what there is of its rows is there', async () => {
    const signal = AbortSignal.timeout(2000);
    const long = load(k6In(shellWith()), { windowSeconds: 60, signal });
    await expect(runLoad(long)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    let count = 0;
    const file = join(directory, 'k6/requests.csv.gz');
    for await (const rows of readK6Rows(file, 'http_req_duration')) count += rows.length;
    expect(count).toBeGreaterThan(5);
  });
});

test('a lost connection: said, and k6 ends', async () => {
  const local = shellWith(`echo $$ >"${directory}/pid"; exec sleep 60`);
  const running = k6In(local).run(options());
  running.catch(() => undefined);
  await expect.poll(() => existsSync(join(directory, 'pid')), { timeout: 10_000 }).toBe(true);
  local.processes.at(-1)!.cut();
  await expect(running).rejects.toMatchObject({ code: 'LOAD_CONNECTION_LOST' });
  const pid = readFileSync(join(directory, 'pid'), 'utf8').trim();
  await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 5000 }).toBe(false);
});

test('k6 that fails, or takes no notice of anything', async () => {
  const failing = shellWith(`echo '{"level":"error","msg":"disk full"}' >&2; exit 107`);
  await expect(k6In(failing).run(options())).rejects.toMatchObject({
    code: 'K6_FAILED',
    message: 'k6 failed: disk full',
  });
  const deaf = shellWith('trap "" INT; while :; do sleep 0.1; done');
  const limited = options({ limitSeconds: 0.5, stopSeconds: 0.3 });
  await expect(k6In(deaf).run(limited)).rejects.toMatchObject({ code: 'K6_HANGS' });
});

test('passwords of a live output come by a file, whatever is in them', async () => {
  const local = shellWith('env | grep ^K6_ | sort; echo "$@"');
  const environment = { K6_PROMETHEUS_RW_PASSWORD: `it's "$HOME"` };
  const live = { name: 'experimental-prometheus-rw', environment, tags: { testid: 'run' } };
  await k6In(local).run(options({ live }));
  const log = readFileSync(join(directory, 'k6.log'), 'utf8');
  expect(log).toContain(`K6_PROMETHEUS_RW_PASSWORD=it's "$HOME"`);
  expect(log).toContain('K6_CSV_TIME_FORMAT=unix_micro');
  expect(log).toContain('--out experimental-prometheus-rw --tag testid=run script.js');
  expect(local.commands.join()).not.toContain("it's");
});

test('a file that did not come whole is fetched again', async () => {
  const local = shellWith('echo "metric_name,timestamp,more" | gzip >requests.csv.gz');
  local.loseBytes = 5;
  await k6In(local).run(options());
  const rows = gunzipSync(readFileSync(join(directory, 'requests.csv.gz')));
  expect(rows.toString()).toBe('metric_name,timestamp,more\n');
});

const busybox = LocalShell.busybox();
test.each([
  ['of this machine', shellWith('')],
  ...(busybox ? [['of busybox', busybox] as const] : []),
] as const)("a shell's clock is ours within its error: %s", async (_, local) => {
  const { seconds, uncertaintySeconds } = await podClockOffset(local.shell);
  expect(uncertaintySeconds).toBeLessThan(0.05);
  // Half the trip is sqrt(3) of its standard deviations; our own clock has milliseconds.
  expect(Math.abs(seconds)).toBeLessThan(uncertaintySeconds * Math.sqrt(3) + 0.001);
});

test.skipIf(!busybox)('busybox has all that is needed (skipped without it)', async () => {
  const content = Buffer.from([0, 1, 2, 255]);
  await busybox!.shell.put([{ path: 'file', content }]);
  expect(readFileSync(join(busybox!.folder, 'file'))).toEqual(content);
});

test('times as date and adjtimex tell them', () => {
  expect(parseTime('1795787184425086123')).toBeCloseTo(1795787184.425086, 5);
  expect(parseTime('64 1795787184 425086')).toBeCloseTo(1795787184.425086, 5);
  expect(parseTime('8193 1795787184 425086123')).toBeCloseTo(1795787184.425086, 5);
  for (const line of ['', '1795787184%N', 'sh: adjtimex: not found'])
    expect(parseTime(line)).toBeNaN();
});
