import { join, resolve } from 'node:path';
import { LoadError, UsageError } from '../errors.js';
import { countDropped } from './dropped-iterations.js';
import { type LiveOutput, REQUESTS_FILE } from './k6-options.js';
import type { K6Call } from './k6-script.js';
import { readSummary } from './k6-summary.js';
import type { RunK6 } from './load-generator.js';
import { type LoadCourse, loadScenario } from './load-scenario.js';
import type { LoadWindow } from './load-window.js';

/** k6 refuses a shorter scenario. */
const LEAST_SECONDS = 1;
/** Starting, ending and writing the last rows together stay far below. */
const SLACK_SECONDS = 30;
/** Requests in flight at the end may take so long to be answered, at most. */
const GRACEFUL_STOP_SECONDS = 10;

/** A function under load, beside others or alone. */
export interface LoadedFunction {
  name: string;
  /** Such as `http://127.0.0.1:8080/function/sleep`. */
  url: string;
  /** Without one the body is empty. */
  payloadFile?: string;
  contentType: string;
  /** One for each window; every function has as many. */
  ratesPerSecond: readonly number[];
  /** A request's usual time, as `calibrateRate` found it; more virtual users are kept for slow functions. */
  serviceSeconds?: number;
}

export interface LoadOptions extends LoadCourse {
  run: RunK6;
  functions: readonly LoadedFunction[];
  /** Distinguishes the ids of calls from those of other loads. */
  repetition: number;
  /** Gets script.js, load.json, requests.csv.gz, summary.json and k6.log. */
  directory: string;
  /** Of one request; one that takes longer has status 0. */
  timeoutSeconds: number;
  signal: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
  /** Gets k6's metrics while it runs, each with its function. */
  live?: LiveOutput;
  /** Told each time that `live` did not take what k6 wrote; the load goes on. */
  onLiveFailed?: (reason: string) => void;
}

export interface LoadProgress {
  /** Since the load's start. */
  elapsedSeconds: number;
  /** Answered so far, warm-up included. */
  requests: number;
}

/** A window as it was driven. */
export interface DrivenWindow extends LoadWindow {
  /** Requests it should have begun, of all functions. */
  scheduledRequests: number;
  /** Of those, what k6 had to leave out because all virtual users were waiting for answers. */
  droppedIterations: number;
}

export interface LoadResult {
  /** When warm-up began, in Unix microseconds. */
  startUs: number;
  windows: DrivenWindow[];
  /** Answered or failed, warm-up included. */
  requests: number;
  /** Rows of all samples, as k6 writes them: times in Unix microseconds, a call's id in `metadata`. */
  requestsFile: string;
  /** The function that a scenario in the rows stands for. */
  functionOf: (scenario: string) => string;
}

/**
 * Drives functions at arrival rates that are constant within a window (open loop), warm-up and windows without a
 * pause between.
 * @throws LoadError where k6 is missing or fails, or the signal's reason; what was written stays
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { functions, warmupSeconds, windowSeconds, tailSeconds, timeoutSeconds, live } = options;
  const directory = resolve(options.directory);
  const count = functions[0]!.ratesPerSecond.length;
  const totalSeconds = warmupSeconds + count * windowSeconds + tailSeconds;
  if (totalSeconds < LEAST_SECONDS) {
    throw new UsageError(
      'LOAD_TOO_SHORT',
      `Warm-up and load last ${totalSeconds} s together; k6 needs at least ${LEAST_SECONDS} s.`,
      'Give a longer --duration.',
    );
  }
  const gracefulStopSeconds = Math.min(timeoutSeconds, GRACEFUL_STOP_SECONDS);
  const named = functions.map((each, index) => [scenarioName(index), each] as const);
  let startUs: number | undefined;
  await options.run({
    directory,
    rows: true,
    ...(live ? { live } : {}),
    config: {
      request_timeout_seconds: timeoutSeconds,
      calls: Object.fromEntries(
        named.map(([scenario, each]) => [scenario, callOf(each, options.repetition)]),
      ),
      scenarios: Object.fromEntries(
        named.map(([scenario, { name, ratesPerSecond, serviceSeconds }]) => [
          scenario,
          {
            ...loadScenario(ratesPerSecond, options, serviceSeconds),
            gracefulStop: `${gracefulStopSeconds}s`,
            ...(live ? { tags: { function: name } } : {}),
          },
        ]),
      ),
      thresholds: {},
    },
    limitSeconds: totalSeconds + gracefulStopSeconds + SLACK_SECONDS,
    stopSeconds: 5,
    signal: options.signal,
    onEvent: (event) => {
      if (event.kind === 'start') startUs = Math.min(startUs ?? Infinity, event.startUs);
      if (event.kind === 'output-failed') options.onLiveFailed?.(event.message);
      if (event.kind !== 'progress') return;
      options.onProgress?.({ elapsedSeconds: event.elapsedSeconds, requests: event.iterations });
    },
  });
  if (startUs === undefined) {
    throw new LoadError('K6_FAILED', 'k6 ended without having begun a request.');
  }
  const summary = await readSummary(directory);
  const requestsFile = join(directory, REQUESTS_FILE);
  const windows = windowsFrom(startUs + Math.round(warmupSeconds * 1e6), windowSeconds, count);
  const dropped = summary['dropped_iterations']?.['count']
    ? await countDropped(requestsFile, windows)
    : [];
  return {
    startUs,
    windows: windows.map((window, at) => ({
      ...window,
      scheduledRequests: functions.reduce(
        (sum, { ratesPerSecond }) => sum + Math.round(ratesPerSecond[at]! * windowSeconds),
        0,
      ),
      droppedIterations: dropped[at] ?? 0,
    })),
    requests: summary['http_reqs']?.['count'] ?? 0,
    requestsFile,
    functionOf: (scenario) => named.find(([name]) => name === scenario)![1].name,
  };
}

/** k6 takes fewer characters in a scenario's name than a function may have in its own. */
function scenarioName(index: number): string {
  return `load${index + 1}`;
}

function callOf(
  { name, url, payloadFile, contentType }: LoadedFunction,
  repetition: number,
): K6Call {
  return {
    url,
    payload_file: payloadFile ? resolve(payloadFile) : null,
    content_type: contentType,
    call_id_prefix: `${name}-${repetition}`,
  };
}

function windowsFrom(startUs: number, windowSeconds: number, count: number): LoadWindow[] {
  const lengthUs = Math.round(windowSeconds * 1e6);
  return Array.from({ length: count }, (_, at) => ({
    startUs: startUs + at * lengthUs,
    endUs: startUs + (at + 1) * lengthUs,
  }));
}
