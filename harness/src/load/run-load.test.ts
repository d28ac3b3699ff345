import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { k6Output } from '../prometheus/prometheus-access.js';
import { findProgram } from '../tools/program.js';
import { runK6 } from './k6-process.js';
import { type LoadedFunction, type LoadOptions, type LoadProgress, runLoad } from './run-load.js';

const k6IsThere = (() => {
  try {
    return findProgram('k6') !== '';
  } catch {
    return false;
  }
})();

interface Seen {
  callIds: string[];
  bodies: Set<string>;
}

let directory: string;
let server: Server;
let seen: Seen;
let answerAfterMs: number;
let status: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'run-load-'));
  seen = { callIds: [], bodies: new Set() };
  answerAfterMs = 2;
  status = 200;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      seen.callIds.push(String(request.headers['x-call-id']));
      seen.bodies.add(`${request.headers['content-type']} ${body}`);
      setTimeout(() => response.writeHead(status).end('answer'), answerAfterMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

function loaded(more: Partial<LoadedFunction> = {}): LoadedFunction {
  const payloadFile = join(directory, 'payload.json');
  writeFileSync(payloadFile, '{"a":1}');
  return {
    name: 'x',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/function/x`,
    payloadFile,
    contentType: 'application/json',
    ratesPerSecond: [50],
    ...more,
  };
}

function options(more: Partial<LoadOptions> = {}): LoadOptions {
  return {
    run: runK6,
    functions: [loaded()],
    warmupSeconds: 0.5,
    windowSeconds: 1,
    tailSeconds: 0,
    repetition: 3,
    directory: join(directory, 'k6'),
    timeoutSeconds: 5,
    signal: new AbortController().signal,
    ...more,
  };
}

interface Row {
  metric: string;
  timeUs: number;
  value: number;
  scenario: string;
  status: string;
  metadata: string;
}

function readRows(): Row[] {
  const bytes = readFileSync(join(directory, 'k6/requests.csv.gz'));
  const text = gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  const [header, ...lines] = text.trimEnd().split('\n');
  const names = header!.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const cell = (name: string) => cells[names.indexOf(name)]!;
    return {
      metric: cell('metric_name'),
      timeUs: Number(cell('timestamp')),
      value: Number(cell('metric_value')),
      scenario: cell('scenario'),
      status: cell('status'),
      metadata: cell('metadata'),
    };
  });
}

describe.skipIf(!k6IsThere)('runLoad with the real k6 (skipped where there is none)', () => {
  test('keeps the rate, and its windows agree with the rows', async () => {
    const result = await runLoad(options());

    expect(seen.bodies).toEqual(new Set(['application/json {"a":1}']));
    const [window] = result.windows;
    expect(window!.startUs - result.startUs).toBe(500_000);
    expect(window!.endUs - window!.startUs).toBe(1_000_000);
    const durations = readRows().filter(({ metric }) => metric === 'http_req_duration');
    const starts = durations.map(({ timeUs, value }) => timeUs - value * 1000);
    expect(result.requests).toBe(durations.length);
    expect(Math.abs(durations.length - 75)).toBeLessThanOrEqual(1);
    // The n-th request is due at n / rate after the start: the most punctual one says where the start was.
    const lateUs = Math.min(
      ...starts.sort((a, b) => a - b).map((us, n) => us - result.startUs - n * 20_000),
    );
    expect(lateUs).toBeGreaterThan(-1500);
    expect(lateUs).toBeLessThan(3000);
    const inLoad = starts.filter((us) => us >= window!.startUs && us < window!.endUs);
    expect(Math.abs(inLoad.length - window!.scheduledRequests)).toBeLessThanOrEqual(2);
    expect(window!.droppedIterations).toBe(0);
  });

  test('several functions at once: every window at its rates, and rows say whose they are', async () => {
    const { url } = loaded();
    const result = await runLoad(
      options({
        functions: [
          loaded({ name: 'a.b', url: `${url}/a`, ratesPerSecond: [10, 40, 20] }),
          loaded({ name: 'c', url: `${url}/c`, ratesPerSecond: [30.5, 5, 15] }),
        ],
        tailSeconds: 0.5,
      }),
    );

    expect(result.windows.map((window) => window.scheduledRequests)).toEqual([41, 45, 35]);
    const calls = readRows().filter(({ metric }) => metric === 'http_req_duration');
    const count = (name: string, from: number, to: number) =>
      calls.filter(({ scenario, timeUs, value }) => {
        const begunUs = timeUs - value * 1000;
        return result.functionOf(scenario) === name && begunUs >= from && begunUs < to;
      }).length;
    for (const [name, rates] of [
      ['a.b', [10, 40, 20]],
      ['c', [30.5, 5, 15]],
    ] as const) {
      for (const [at, { startUs, endUs }] of result.windows.entries()) {
        expect(Math.abs(count(name, startUs, endUs) - rates[at]!)).toBeLessThanOrEqual(2);
      }
    }
    expect(calls.find(({ scenario }) => result.functionOf(scenario) === 'c')!.metadata).toMatch(
      /^call_id=c-3-/,
    );
  });

  test('a call has the same id at the function and in the rows', async () => {
    await runLoad(options());

    const inRows = readRows()
      .filter(({ metric }) => metric === 'http_reqs')
      .map(({ metadata }) => metadata.replace('call_id=', ''));
    expect(new Set(seen.callIds).size).toBe(seen.callIds.length);
    expect(inRows.sort()).toEqual([...seen.callIds].sort());
    expect(inRows).toContain('x-3-0');
  });

  test('tells how far it is', async () => {
    const progress: LoadProgress[] = [];
    await runLoad(options({ windowSeconds: 2, onProgress: (each) => progress.push(each) }));

    expect(progress.length).toBeGreaterThanOrEqual(2);
    expect(progress[0]!.elapsedSeconds).toBeCloseTo(1, 0);
    expect(Math.abs(progress[0]!.requests - 50)).toBeLessThanOrEqual(10);
    expect(progress.at(-1)!.requests).toBeGreaterThanOrEqual(124);
  });

  test('a live output that takes nothing is told of, and the load goes on', async () => {
    const reasons: string[] = [];
    const live = k6Output({ url: 'http://127.0.0.1:9' }, 'run');
    const result = await runLoad(options({ live, onLiveFailed: (why) => reasons.push(why) }));

    expect(reasons[0]).toContain('connection refused');
    expect(result.requests).toBe(seen.callIds.length);
    expect(result.requests).toBeGreaterThan(60);
  });

  test('a rate that is no whole number', async () => {
    const result = await runLoad(
      options({
        functions: [loaded({ ratesPerSecond: [7.5] })],
        warmupSeconds: 0,
        windowSeconds: 2,
      }),
    );

    expect(Math.abs(result.requests - 15)).toBeLessThanOrEqual(1);
  });

  test('failing answers are rows with their status', async () => {
    status = 500;
    const result = await runLoad(options());

    const statuses = readRows().filter(({ metric }) => metric === 'http_reqs');
    expect(statuses.length).toBe(result.requests);
    expect(new Set(statuses.map((row) => row.status))).toEqual(new Set(['500']));
  });

  test('no server at all: rows with status 0', async () => {
    const unreachable = options({ windowSeconds: 0.5 });
    server.close();
    await runLoad(unreachable);

    const rows = readRows().filter(({ metric }) => metric === 'http_reqs');
    expect(rows.length).toBeGreaterThan(40);
    expect(new Set(rows.map((row) => row.status))).toEqual(new Set(['0']));
  });

  test('a request that is not answered in time has status 0', async () => {
    answerAfterMs = 3000;
    await runLoad(
      options({
        functions: [loaded({ ratesPerSecond: [5] })],
        warmupSeconds: 0,
        timeoutSeconds: 1,
      }),
    );

    const rows = readRows().filter(({ metric }) => metric === 'http_reqs');
    expect(rows.map((row) => row.status)).toContain('0');
  });

  test('a server too slow for the rate: the iterations left out in the load window are counted', async () => {
    answerAfterMs = 1000;
    const result = await runLoad(
      options({ functions: [loaded({ ratesPerSecond: [40] })], timeoutSeconds: 3 }),
    );

    // 20 virtual users are all waiting from 0.5 s to 1 s and take 20 more each second.
    expect(result.windows[0]!.droppedIterations).toBeGreaterThanOrEqual(15);
    expect(result.windows[0]!.droppedIterations).toBeLessThanOrEqual(25);
  });

  test('an abort ends k6 soon, and what it wrote is readable', async () => {
    const controller = new AbortController();
    const running = runLoad(
      options({
        windowSeconds: 60,
        signal: controller.signal,
        onProgress: ({ elapsedSeconds }) => {
          if (elapsedSeconds >= 2) controller.abort();
        },
      }),
    );
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });

    expect(readRows().filter(({ metric }) => metric === 'http_reqs').length).toBeGreaterThan(80);
    expect(readFileSync(join(directory, 'k6/k6.log'), 'utf8')).toContain('running (');
  });

  test('an abort does not wait for answers that do not come', async () => {
    answerAfterMs = 60_000;
    const controller = new AbortController();
    const started = performance.now();
    const running = runLoad(
      options({ windowSeconds: 60, timeoutSeconds: 60, signal: controller.signal }),
    );
    setTimeout(() => controller.abort(), 1000);
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(performance.now() - started).toBeLessThan(8000);
  });

  test('k6 failing: its own message', async () => {
    const broken = runLoad(
      options({ functions: [loaded({ payloadFile: join(directory, 'missing.json') })] }),
    );

    await expect(broken).rejects.toMatchObject({
      code: 'K6_FAILED',
      exitCode: 6,
      message: expect.stringContaining('missing.json') as string,
    });
  });
});

test('a load shorter than k6 can do is refused before k6 starts', async () => {
  await expect(runLoad(options({ warmupSeconds: 0, windowSeconds: 0.5 }))).rejects.toMatchObject({
    code: 'LOAD_TOO_SHORT',
    exitCode: 2,
  });
});
