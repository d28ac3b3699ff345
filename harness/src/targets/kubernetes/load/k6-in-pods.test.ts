import { readdirSync, readFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findProgramOrSkip } from '../../../bench/required-programs.js';
import { readK6Rows } from '../../../load/k6-rows.js';
import { runLoad, type LoadOptions } from '../../../load/run-load.js';
import { labCluster } from '../lab-cluster.js';
import { K6InPods } from './k6-in-pods.js';
import { OperatorStandIn } from './operator-stand-in.js';

const lab = labCluster();
const NAMESPACE = 'power-harness';
const OURS = 'http://gateway.test:31112';
const PAYLOAD = Buffer.from([0, 255, 10]);
const AHEAD_SECONDS = 3600;

const missing = findProgramOrSkip('k6');
let operator: OperatorStandIn;
let server: Server;
let seen: string[];
let directory: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'k6-in-pods-'));
  seen = [];
  server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      seen.push(`${request.headers['x-call-id'] as string} ${Buffer.concat(body).toString('hex')}`);
      response.end('answer');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  operator = new OperatorStandIn(lab.cluster, NAMESPACE);
});

afterEach(async () => {
  await operator.close();
  server.closeAllConnections();
  server.close();
});

function load(more: Partial<LoadOptions> = {}): LoadOptions {
  const payloadFile = join(directory, 'payload');
  writeFileSync(payloadFile, PAYLOAD);
  const shared = {
    ...{ namespace: NAMESPACE, labels: {}, runners: 3, image: 'k6' },
    node: { name: 'b', host: 'b', ready: true, takesPods: true, reason: '' },
  };
  const place = {
    folder: '.',
    gatewayUrl: {
      ours: OURS,
      inCluster: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    clockOffset: { seconds: AHEAD_SECONDS, uncertaintySeconds: 0 },
  };
  const shellOf = (pod: string) => operator.runners.get(pod)!.shell.shell;
  const pods = new K6InPods(lab.api, shared, place, shellOf);
  return {
    run: (options) => pods.run(options),
    functions: [
      {
        ...{ name: 'f', url: `${OURS}/function/f`, payloadFile },
        ...{ contentType: 'text/plain', ratesPerSecond: [40, 80] },
      },
    ],
    ...{ warmupSeconds: 1, windowSeconds: 1, tailSeconds: 0.5, repetition: 7, timeoutSeconds: 5 },
    directory: join(directory, 'k6'),
    signal: new AbortController().signal,
    ...more,
  };
}

const objectsLeft = () =>
  [...lab.cluster.objects.keys()].filter((path) => !path.includes('/pods/'));

describe.skipIf(missing)(`several k6 that share a load${missing ?? ''}`, () => {
  test('every call is made once, and is in the rows, by our clock', async () => {
    const beganUs = Date.now() * 1000;
    let progress = 0;
    const onProgress = ({ requests }: { requests: number }) => (progress = requests);
    const result = await runLoad(load({ onProgress }));
    const took = Date.now() * 1000 - beganUs;
    const calls: { call: string; timeUs: number }[] = [];
    for await (const rows of readK6Rows(result.requestsFile, 'http_req_duration')) {
      for (const { metadata, timeUs } of rows)
        calls.push({ call: /call_id=([^&]*)/.exec(metadata)![1]!, timeUs });
    }
    const body = PAYLOAD.toString('hex');
    expect(calls.map(({ call }) => `${call} ${body}`).toSorted()).toEqual(seen.toSorted());
    expect(new Set(calls.map(({ call }) => call)).size).toBe(calls.length);
    expect(result.requests).toBe(calls.length);
    // 40 a second for two seconds, 80 for one and a half.
    expect(Math.abs(calls.length - 200)).toBeLessThan(5);
    expect(Math.abs(progress - calls.length)).toBeLessThan(10);
    // Our clock is an hour behind theirs, which here is ours.
    const late = [result.startUs, ...calls.map(({ timeUs }) => timeUs)].map(
      (timeUs) => timeUs + AHEAD_SECONDS * 1e6 - beganUs,
    );
    expect(late.every((us) => us > 0 && us < took)).toBe(true);
    expect(result.windows.map(({ droppedIterations }) => droppedIterations)).toEqual([0, 0]);
    const log = readFileSync(join(directory, 'k6', 'k6.log'), 'utf8');
    expect(log.match(/power-harness scenario load1 \d+/g)).toHaveLength(3);
    expect(readdirSync(join(directory, 'k6')).toSorted()).toEqual([
      ...['k6.log', 'load.json', 'requests.csv.gz', 'script.js', 'summary.json'],
    ]);
    expect(objectsLeft()).toEqual([]);
  });

  test('Ctrl-C: they end, and nothing is left', async () => {
    const abort = new AbortController();
    const running = runLoad(load({ windowSeconds: 30, signal: abort.signal }));
    running.catch(() => undefined);
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBeGreaterThan(5);
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(objectsLeft()).toEqual([]);
    const ended = () => [...operator.runners.values()].every(({ child }) => child.exitCode === 143);
    await expect.poll(ended).toBe(true);
  });

  test('a k6 that fails: in its own words', async () => {
    const [one] = load().functions;
    const functions = [{ ...one!, url: 'no address' }];
    const broken = runLoad(load({ functions, timeoutSeconds: -1 }));
    await expect(broken).rejects.toMatchObject({ code: 'K6_FAILED' });
    expect(objectsLeft()).toEqual([]);
  });
});
