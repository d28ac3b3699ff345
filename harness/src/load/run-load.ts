import { join, resolve } from 'node:path';
import { LoadError, UsageError } from '../errors.js';
import { countDropped } from './dropped-iterations.js';
import { arrivalRate, virtualUsers } from './arrival-rate.js';
import { REQUESTS_FILE, runK6 } from './k6-process.js';
import { readSummary } from './k6-summary.js';

/** k6 refuses a shorter scenario. */
const LEAST_SECONDS = 1;
/** Starting, ending and writing the last rows together stay far below. */
const SLACK_SECONDS = 30;
/** Requests in flight at the end may take so long to be answered, at most. */
const GRACEFUL_STOP_SECONDS = 10;

export interface LoadOptions {
  /** The function's, such as `http://127.0.0.1:8080/function/sleep`. */
  url: string;
  /** Without one the body is empty. */
  payloadFile?: string;
  contentType: string;
  ratePerSecond: number;
  warmupSeconds: number;
  loadSeconds: number;
  functionName: string;
  repetition: number;
  /** Gets script.js, load.json, requests.csv.gz, summary.json and k6.log. */
  directory: string;
  /** Of one request; one that takes longer has status 0. */
  timeoutSeconds: number;
  /** A request's usual time, as `calibrateRate` found it; more virtual users are kept for slow functions. */
  serviceSeconds?: number;
  signal: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
}

export interface LoadProgress {
  /** Since the load's start. */
  elapsedSeconds: number;
  /** Answered so far, warm-up included. */
  requests: number;
}

export interface LoadResult {
  /** When warm-up began; all Unix microseconds. */
  startUs: number;
  /** When warm-up ended and the window to measure began. */
  loadStartUs: number;
  loadEndUs: number;
  /** Requests the load window should have begun. */
  scheduledRequests: number;
  /** Of those, what k6 had to leave out because all virtual users were waiting for answers. */
  droppedIterations: number;
  /** Answered or failed, warm-up included. */
  requests: number;
  /** Rows of all samples, as k6 writes them: times in Unix microseconds, a call's id in `metadata`. */
  requestsFile: string;
}

/**
 * Drives a function at a constant arrival rate (open loop: a slow answer delays no other request), warm-up
 * and load without a pause between.
 * @throws LoadError where k6 is missing or fails, or the signal's reason; what was written stays
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { ratePerSecond, warmupSeconds, loadSeconds, timeoutSeconds, functionName } = options;
  const directory = resolve(options.directory);
  const totalSeconds = warmupSeconds + loadSeconds;
  if (totalSeconds < LEAST_SECONDS) {
    throw new UsageError(
      'LOAD_TOO_SHORT',
      `Warm-up and load last ${totalSeconds} s together; k6 needs at least ${LEAST_SECONDS} s.`,
      'Give a longer --duration.',
    );
  }
  const gracefulStopSeconds = Math.min(timeoutSeconds, GRACEFUL_STOP_SECONDS);
  const users = virtualUsers(ratePerSecond, options.serviceSeconds);
  let startUs: number | undefined;
  await runK6({
    directory,
    rows: true,
    config: {
      url: options.url,
      payload_file: options.payloadFile ? resolve(options.payloadFile) : null,
      content_type: options.contentType,
      request_timeout_seconds: timeoutSeconds,
      call_id_prefix: `${functionName}-${options.repetition}`,
      scenarios: {
        load: {
          executor: 'constant-arrival-rate',
          ...arrivalRate(ratePerSecond),
          duration: `${Math.round(totalSeconds * 1000)}ms`,
          // All from the start: making one in the middle costs an iteration and CPU.
          preAllocatedVUs: users,
          maxVUs: users,
          gracefulStop: `${gracefulStopSeconds}s`,
        },
      },
      thresholds: {},
    },
    limitSeconds: totalSeconds + gracefulStopSeconds + SLACK_SECONDS,
    stopSeconds: 5,
    signal: options.signal,
    onEvent: (event) => {
      if (event.kind === 'start') startUs = event.startUs;
      if (event.kind !== 'progress') return;
      options.onProgress?.({ elapsedSeconds: event.elapsedSeconds, requests: event.iterations });
    },
  });
  if (startUs === undefined) {
    throw new LoadError('K6_FAILED', 'k6 ended without having begun a request.');
  }
  const summary = await readSummary(directory);
  const requestsFile = join(directory, REQUESTS_FILE);
  const loadStartUs = startUs + Math.round(warmupSeconds * 1e6);
  const loadEndUs = loadStartUs + Math.round(loadSeconds * 1e6);
  const droppedInAll = summary['dropped_iterations']?.['count'] ?? 0;
  return {
    startUs,
    loadStartUs,
    loadEndUs,
    scheduledRequests: Math.round(ratePerSecond * loadSeconds),
    droppedIterations:
      droppedInAll === 0 ? 0 : await countDropped(requestsFile, loadStartUs, loadEndUs),
    requests: summary['http_reqs']?.['count'] ?? 0,
    requestsFile,
  };
}
