import { mkdir } from 'node:fs/promises';
import { type PhaseName } from '../attribution/input.js';
import { type SampleCollector } from '../energy/sample-collector.js';
import { RunInvalidError } from '../errors.js';
import { calibrateRate } from '../load/calibrate-rate.js';
import { importRequests } from '../load/requests.js';
import { runLoad, type LoadResult } from '../load/run-load.js';
import { plain } from '../report/quantity.js';
import { type AppendTable } from '../run/append-table.js';
import { type Measurement } from './measurement.js';
import { timedPhase } from './phase-clock.js';
import { type Turn } from './plan.js';
import { RepetitionCheck } from './repetition-check.js';

/**
 * Load goes on a little after the window that counts: where a sample's interval straddles load and idle, the
 * window's end would be too low.
 */
const TAIL_SECONDS = 0.4;

const REQUEST_TIMEOUT_SECONDS = 60;

/** Above this share of failures while the rate is sought, there is no sense in going on. */
const FAILED_RATIO_LIMIT = 0.5;

/** The steps of a run, each of which leaves its rows behind. */
export class Sequence {
  readonly check = new RepetitionCheck();
  private readonly serviceSeconds = new Map<string, number>();
  private requests = 0;

  constructor(
    private readonly m: Measurement,
    private readonly collector: SampleCollector,
    private readonly invocations: AppendTable,
  ) {}

  /** Warms a function up and finds its rate, where none was asked for. @throws RunInvalidError where it mostly fails */
  async calibrate(name: string): Promise<void> {
    const { options, run, talk, signal, deployment } = this.m;
    const { file, contentType } = deployment.payloadOf(name);
    talk.say(`Warming up ${name}`);
    const directory = run.file('k6', `00-${name}`);
    await mkdir(directory, { recursive: true });
    const found = await calibrateRate({
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
    const rate = options.ratePerSecond ?? found.ratePerSecond;
    run.manifest.plan.rate_per_second[name] = rate;
    this.serviceSeconds.set(name, found.serviceSeconds);
    const origin = options.ratePerSecond === undefined ? 'found by calibration' : 'as asked';
    talk.say(`  ${plain(rate, 3)} requests per second, ${origin}`);
  }

  /** Nothing is asked of the node: `idle`, or `settle` before a repetition. */
  async rest(phase: PhaseName, repetition: number, seconds: number): Promise<void> {
    const { talk, signal, run } = this.m;
    const times = await timedPhase(phase, seconds, talk, () => this.facts(), signal);
    run.addPhase({ phase, repetition, ...times });
  }

  /** Settle, warm-up, load of one function. */
  async turn({ repetition, function: name }: Turn, index: number, count: number): Promise<void> {
    const { options, run, signal } = this.m;
    await this.rest('settle', repetition, options.settleSeconds);
    const directory = run.file('k6', `${String(index).padStart(2, '0')}-${name}`);
    await mkdir(directory, { recursive: true });
    const loaded = await this.drive(name, repetition, directory, `${index}/${count}`);
    const { startUs, loadStartUs } = loaded;
    const loadEndUs = loadStartUs + options.loadSeconds * 1e6;
    const accepted = this.check.accept({
      function: name,
      repetition,
      ratePerSecond: run.manifest.plan.rate_per_second[name]!,
      loadSeconds: options.loadSeconds,
      completed: loaded.scheduledRequests - loaded.droppedIterations,
      dropped: loaded.droppedIterations,
    });
    if (options.warmupSeconds > 0) {
      run.addPhase({ phase: 'warmup', repetition, startUs, endUs: loadStartUs, function: name });
    }
    // Load that must not count is warm-up: known, and left out.
    const phase = accepted ? 'load' : 'warmup';
    run.addPhase({ phase, repetition, startUs: loadStartUs, endUs: loadEndUs, function: name });
    this.requests += await importRequests({
      requestsFile: loaded.requestsFile,
      functionName: name,
      node: this.m.node,
      table: this.invocations,
    });
    if (signal.aborted) throw signal.reason as Error;
  }

  private drive(
    name: string,
    repetition: number,
    directory: string,
    turn: string,
  ): Promise<LoadResult> {
    const { options, run, talk, signal, deployment } = this.m;
    const { file, contentType } = deployment.payloadOf(name);
    const serviceSeconds = this.serviceSeconds.get(name);
    const loadSeconds = options.loadSeconds + TAIL_SECONDS;
    const wholeSeconds = options.warmupSeconds + loadSeconds;
    return runLoad({
      url: deployment.urlOf(name),
      payloadFile: file,
      contentType,
      ratePerSecond: run.manifest.plan.rate_per_second[name]!,
      warmupSeconds: options.warmupSeconds,
      loadSeconds,
      functionName: name,
      repetition,
      directory,
      timeoutSeconds: REQUEST_TIMEOUT_SECONDS,
      signal,
      ...(serviceSeconds === undefined ? {} : { serviceSeconds }),
      onProgress: ({ elapsedSeconds, requests }) => {
        const phase = elapsedSeconds < options.warmupSeconds ? 'warmup' : 'load';
        const facts = this.facts(this.requests + requests);
        talk.progress(`${phase} ${turn} ${name}`, wholeSeconds - elapsedSeconds, facts);
      },
    });
  }

  private facts(requests = this.requests): string[] {
    const watts = this.collector.wattsNow(this.m.node);
    const simulated = this.m.source.simulated ? ' (simulated)' : '';
    return [
      `${requests} requests`,
      ...(watts === undefined ? [] : [`${watts.toFixed(2)} W${simulated}`]),
    ];
  }
}
