import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findProgram } from '../tools/program.js';
import { calibrateRate, type CalibrationOptions } from './calibrate-rate.js';
import { runK6 } from './k6-process.js';

const k6IsThere = (() => {
  try {
    return findProgram('k6') !== '';
  } catch {
    return false;
  }
})();

let directory: string;
let server: Server;
let status: number;
let inFlight: number;
let mostInFlight: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'calibrate-'));
  [status, inFlight, mostInFlight] = [200, 0, 0];
  server = createServer((request, response) => {
    mostInFlight = Math.max(mostInFlight, ++inFlight);
    request.resume();
    setTimeout(() => {
      inFlight--;
      response.writeHead(status).end('{"error":"sentence is missing"}');
    }, 20);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

function options(signal = new AbortController().signal): CalibrationOptions {
  const payloadFile = join(directory, 'payload.json');
  writeFileSync(payloadFile, '{}');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    payloadFile,
    contentType: 'application/json',
    functionName: 'x',
    run: runK6,
    directory: join(directory, 'k6'),
    timeoutSeconds: 5,
    signal,
  };
}

describe.skipIf(!k6IsThere)('calibrateRate with the real k6 (skipped where there is none)', () => {
  test('an answer in a little over 20 ms: somewhat below 20 requests per second', async () => {
    const started = performance.now();
    const { ratePerSecond, serviceSeconds, requests, failedRatio, failure } =
      await calibrateRate(options());

    expect(serviceSeconds).toBeGreaterThan(0.0195);
    expect(serviceSeconds).toBeLessThan(0.03);
    expect(ratePerSecond).toBeGreaterThanOrEqual(13);
    expect(ratePerSecond).toBeLessThanOrEqual(20);
    expect(requests).toBeGreaterThan(40);
    expect(failedRatio).toBe(0);
    expect(failure).toBeUndefined();
    expect(mostInFlight).toBeLessThanOrEqual(5); // the last of four that warm it up and the first that is measured
    expect(performance.now() - started).toBeLessThan(9000);
  });

  test('a function that refuses its payload: the share, and its own words', async () => {
    status = 400;
    const { failedRatio, failure } = await calibrateRate(options());

    expect(failedRatio).toBe(1);
    expect(failure).toBe('400: {"error":"sentence is missing"}');
  });

  test('an abort', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 500);
    await expect(calibrateRate(options(controller.signal))).rejects.toMatchObject({
      exitCode: 130,
    });
  });
});
