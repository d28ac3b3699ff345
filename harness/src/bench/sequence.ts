import { mkdir } from 'node:fs/promises';
import type { PhaseName } from '../attribution/input.js';
import type { SampleCollector } from '../energy/sample-collector.js';
import { RunInvalidError } from '../errors.js';
import { calibrateRate } from '../load/calibrate-rate.js';
import { invokeOnce } from '../openfaas/gateway-client.js';
import { importRequests } from '../load/requests.js';
import type { LiveOutput } from '../load/k6-options.js';
import { runK6 } from '../load/k6-process.js';
import type { LoadGenerator, RunK6 } from '../load/load-generator.js';
import { runLoad, type LoadResult } from '../load/run-load.js';
import { k6Output } from '../prometheus/prometheus-access.js';
import { plain } from '../report/quantity.js';
import type { AppendTable } from '../run/append-table.js';
import type { Measurement } from './measurement.js';
import { timedPhase } from './phase-clock.js';

/**
 * Load goes on a little after the window that counts: where a sample's interval straddles load and idle, the
 * window's end would be too low.
 */
const TAIL_SECONDS = 0.4;

const REQUEST_TIMEOUT_SECONDS = 60;

/** Of rest around a single request: meters of the first generation send each second. */
const REQUEST_LEAD_SECONDS = 1;
/** A runtime that has just started goes on for a while after its first answer. */
const REQUEST_TAIL_SECONDS = 2;

/** Above this share of failures while the rate is sought, there is no sense in going on. */
const FAILED_RATIO_LIMIT = 0.5;

/** A stretch of load to drive. */
export interface Drive {
  /** Requests per second of each function: one for each window. */
  ratesOf: ReadonlyMap<string, readonly number[]>;
  /** Distinguishes its calls from those of other loads. */
  repetition: number;
  /** Its folder below k6/. */
  folder: string;
  /** What the live line tells of it, such as `2/6 sleep`. */
  what: string;
}

/** The steps of a run, each of which leaves its rows behind. */
export class Sequence {
  private readonly serviceSeconds = new Map<string, number>();
  private readonly runK6: RunK6;
  private readonly live: LiveOutput | undefined;
  private liveFailed = false;
  private requests = 0;

  constructor(
    private readonly m: Measurement,
    private readonly collector: SampleCollector,
    private readonly invocations: AppendTable,
  ) {
    const { load } = m.target;
    this.runK6 = load?.run ?? runK6;
    this.live = this.liveOutput(load);
  }

  /**
   * Warms a function up and finds its rate, where none was asked for.
   * @param share - of what a calibration finds, where others are under load beside it
   * @throws RunInvalidError where it mostly fails
   */
  async calibrate(name: string, share = 1): Promise<void> {
    const { options, run, talk, signal, deployment } = this.m;
    const { file, contentType } = deployment.payloadOf(name);
    talk.say(`Warming up ${name}`);
    const directory = run.file('k6', `00-${name}`);
    await mkdir(directory, { recursive: true });
    const found = await calibrateRate({
      run: this.runK6,
      url: deployment.urlOf(name),
      payloadFile: file,
      contentType,
      functionName: name,
      directory,
      timeoutSeconds: REQUEST_TIMEOUT_SECONDS,
      signal,
    });
    if (found.failedRatio > FAILED_RATIO_LIMIT) {
      throw new RunInvalidError(
        'FUNCTION_FAILS',
        `${name} fails in ${Math.round(found.failedRatio * 100)} % of its calls: ${found.failure ?? 'no answer'}`,
        `Invoke it by hand, and look at its log.`,
      );
    }
    const rate = options.ratePerSecond ?? found.ratePerSecond * share;
    run.manifest.plan.rate_per_second[name] = rate;
    this.serviceSeconds.set(name, found.serviceSeconds);
    const origin = options.ratePerSecond === undefined ? 'found by calibration' : 'as asked';
    talk.say(`  ${plain(rate, 3)} requests per second, ${origin}`);
  }

  /**
   * Nothing is asked of the node: `idle`, `settle` before a repetition, or `warm` with a replica.
   * @param name - the function that it belongs to, where it belongs to one
   */
  async rest(phase: PhaseName, repetition: number, seconds: number, name?: string): Promise<void> {
    const { talk, signal, run } = this.m;
    const times = await timedPhase(phase, seconds, talk, () => this.facts(), signal);
    run.addPhase({ phase, repetition, ...times, ...(name ? { function: name } : {}) });
  }

  /** Settle and idle, at the beginning and the end of a run. */
  async idle(repetition: number): Promise<void> {
    const { settleSeconds, idleSeconds } = this.m.options;
    await this.rest('settle', repetition, settleSeconds);
    await this.rest('idle', repetition, idleSeconds);
  }

  /** Drives functions with k6 and keeps the invocations; the phases are the caller's to say. */
  async drive({ ratesOf, repetition, folder, what }: Drive): Promise<LoadResult> {
    const { options, run, source, target, talk, signal, deployment } = this.m;
    const directory = run.file('k6', folder);
    const tailSeconds = Math.max(TAIL_SECONDS, source.sampleSeconds);
    await mkdir(directory, { recursive: true });
    const windows = [...ratesOf.values()][0]!.length;
    const { warmupSeconds, loadSeconds } = options;
    const wholeSeconds = warmupSeconds + windows * loadSeconds + tailSeconds;
    const loaded = await runLoad({
      run: this.runK6,
      functions: [...ratesOf].map(([name, ratesPerSecond]) => {
        const { file, contentType } = deployment.payloadOf(name);
        const serviceSeconds = this.serviceSeconds.get(name);
        return {
          name,
          url: deployment.urlOf(name),
          payloadFile: file,
          contentType,
          ratesPerSecond,
          ...(serviceSeconds === undefined ? {} : { serviceSeconds }),
        };
      }),
      warmupSeconds,
      windowSeconds: loadSeconds,
      tailSeconds,
      repetition,
      directory,
      timeoutSeconds: REQUEST_TIMEOUT_SECONDS,
      signal,
      ...(this.live ? { live: this.live } : {}),
      onLiveFailed: (reason) => this.noteLiveFailed(reason),
      onProgress: ({ elapsedSeconds, requests }) => {
        const phase = elapsedSeconds < warmupSeconds ? 'warmup' : 'load';
        const facts = this.facts(this.requests + requests);
        talk.progress(`${phase} ${what}`, wholeSeconds - elapsedSeconds, facts);
      },
    });
    const { requestsFile, functionOf } = loaded;
    const locate = await target.locate();
    const table = this.invocations;
    this.requests += await importRequests({ requestsFile, functionOf, locate, table });
    return loaded;
  }

  /** One request, with rest on both sides, so that the phase holds all of its energy. */
  async request(phase: PhaseName, repetition: number, name: string, what: string): Promise<void> {
    const { run, talk, signal, deployment, target } = this.m;
    const rest = (seconds: number) =>
      timedPhase(`${phase} ${what}`, seconds, talk, () => this.facts(), signal);
    const { startUs } = await rest(REQUEST_LEAD_SECONDS);
    const sentUs = Date.now() * 1000;
    const { status, seconds } = await invokeOnce(target.gateway, name, deployment.payloadOf(name), {
      limitSeconds: REQUEST_TIMEOUT_SECONDS,
      signal,
    });
    const answeredUs = sentUs + Math.round(seconds * 1e6);
    const node = (await target.locate())(name, '') ?? '';
    this.invocations.append([
      [name, node, sentUs, answeredUs, status, `${name}-${repetition}-${phase}`],
    ]);
    this.requests++;
    const { endUs } = await rest(REQUEST_TAIL_SECONDS);
    run.addPhase({ phase, repetition, startUs, endUs, function: name });
  }

  /** None where k6 can't reach the Prometheus that the run is written to. */
  private liveOutput(load: LoadGenerator | undefined): LiveOutput | undefined {
    const { options, run, talk } = this.m;
    const { prometheus } = options;
    if (!prometheus) return undefined;
    const url = load ? load.prometheusUrl : prometheus.url;
    if (url !== undefined) return k6Output({ ...prometheus, url }, run.manifest.run);
    talk.say("k6's own metrics are not written to Prometheus: it is not known where k6 finds it");
    return undefined;
  }

  /** Said once: Prometheus is for looking on, the run has all of it. */
  private noteLiveFailed(reason: string): void {
    if (this.liveFailed) return;
    this.liveFailed = true;
    const message = `k6 could not write to Prometheus: ${reason}`;
    this.m.talk.say(`warning: ${message}`);
    this.m.run.manifest.warnings.push({
      code: 'PROMETHEUS_GAP',
      severity: 'warning',
      message,
      hint: 'Its series of k6 have gaps; nothing of the run is missing.',
    });
  }

  private facts(requests = this.requests): string[] {
    const { nodes } = this.m.target;
    const simulated = this.m.source.simulated ? ' (simulated)' : '';
    const watts = nodes.flatMap((node) => {
      const now = this.collector.wattsNow(node);
      if (now === undefined) return [];
      return [`${nodes.length > 1 ? `${node} ` : ''}${now.toFixed(2)} W${simulated}`];
    });
    return [`${requests} requests`, ...watts];
  }
}
