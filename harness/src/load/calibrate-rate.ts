import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { request } from 'undici';
import { LoadError } from '../errors.js';
import { proposedRate } from './arrival-rate.js';
import { type K6Summary, readSummary } from './k6-summary.js';
import type { RunK6 } from './load-generator.js';

/**
 * Runtimes that compile while they run (V8) get cheaper over thousands of calls: a few users at once make
 * them before anything is measured.
 */
const WARMUP_SECONDS = 4;
const WARMUP_USERS = 4;
// k6 takes no scenario shorter than a second.
const MEASURE_SECONDS = 1.5;
const SLACK_SECONDS = 30;
const QUOTED_CHARACTERS = 400;

export interface CalibrationOptions {
  run: RunK6;
  url: string;
  payloadFile?: string;
  contentType: string;
  functionName: string;
  /** Gets k6's script, log and summary. */
  directory: string;
  /** Of one request. */
  timeoutSeconds: number;
  signal: AbortSignal;
}

export interface Calibration {
  /** A rate to drive the function at, well below saturation. */
  ratePerSecond: number;
  /** The mean time of an answer when only one request is in flight. */
  serviceSeconds: number;
  requests: number;
  /** Answers that were no 2xx, or none at all: 0 to 1. Above 0.5 the rate means nothing. */
  failedRatio: number;
  /** What the function said to one more request, where more than half of them failed. */
  failure?: string;
}

/**
 * Calls a function again and again, at last one request at a time, for about 5 s, and proposes a rate. Where no
 * answer came in that time, the first one's counts.
 * @throws LoadError where k6 fails or nothing was answered within `timeoutSeconds`
 */
export async function calibrateRate(options: CalibrationOptions): Promise<Calibration> {
  const directory = resolve(options.directory);
  const stop = `${options.timeoutSeconds}s`;
  const oneUser = { executor: 'constant-vus', vus: 1 };
  const call = {
    url: options.url,
    payload_file: options.payloadFile ? resolve(options.payloadFile) : null,
    content_type: options.contentType,
    call_id_prefix: `${options.functionName}-calibration`,
  };
  await options.run({
    directory,
    rows: false,
    config: {
      request_timeout_seconds: options.timeoutSeconds,
      calls: { warmup: call, measure: call },
      scenarios: {
        warmup: {
          ...oneUser,
          vus: WARMUP_USERS,
          duration: `${WARMUP_SECONDS * 1000}ms`,
          gracefulStop: stop,
        },
        measure: {
          ...oneUser,
          startTime: `${WARMUP_SECONDS * 1000}ms`,
          duration: `${MEASURE_SECONDS * 1000}ms`,
          gracefulStop: stop,
        },
      },
      // An empty threshold fails nothing; it only makes k6 keep the sub-metric apart.
      thresholds: {
        [DURATION]: [],
        [FAILED]: [],
      },
    },
    limitSeconds: WARMUP_SECONDS + MEASURE_SECONDS + options.timeoutSeconds + SLACK_SECONDS,
    stopSeconds: 5,
    signal: options.signal,
  });
  const calibration = calibrationFrom(await readSummary(directory), options.functionName);
  return calibration.failedRatio > 0.5
    ? { ...calibration, failure: await askWhy(options) }
    : calibration;
}

async function askWhy({
  url,
  payloadFile,
  contentType,
  ...options
}: CalibrationOptions): Promise<string> {
  const limit = AbortSignal.timeout(options.timeoutSeconds * 1000);
  try {
    const response = await request(url, {
      method: 'POST',
      headers: { 'content-type': contentType },
      signal: AbortSignal.any([options.signal, limit]),
      ...(payloadFile ? { body: await readFile(payloadFile) } : {}),
    });
    const said = (await response.body.text()).replaceAll(/\s+/g, ' ').trim();
    return `${response.statusCode}: ${said.slice(0, QUOTED_CHARACTERS)}`;
  } catch (error) {
    return `no answer: ${(error as Error).message}`;
  }
}

const DURATION = 'http_req_duration{scenario:measure}';
const FAILED = 'http_req_failed{scenario:measure}';

function calibrationFrom(summary: K6Summary, functionName: string): Calibration {
  const { avg: milliseconds = 0, count: requests = 0 } = summary[DURATION] ?? {};
  if (requests === 0 || milliseconds <= 0) {
    throw new LoadError(
      'FUNCTION_SILENT',
      `${functionName} answered nothing while its rate was sought.`,
      'Invoke it by hand, or give --rate and a longer timeout.',
    );
  }
  const serviceSeconds = milliseconds / 1000;
  return {
    ratePerSecond: proposedRate(serviceSeconds),
    serviceSeconds,
    requests,
    failedRatio: summary[FAILED]?.['rate'] ?? 0,
  };
}
