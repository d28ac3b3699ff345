import type { Warning } from '../attribution/result.js';
import type { ClockOffset } from '../energy/clock-offset.js';
import type { LoadOrigin } from '../run/manifest.js';
import type { K6Options } from './k6-options.js';

/**
 * Runs one k6 to its end, wherever that is. It leaves script.js, load.json, k6.log, summary.json and, where rows were
 * asked for, requests.csv.gz in the directory, also after an abort as far as they got; times in events and rows are
 * by this machine's clock.
 * @throws LoadError (`K6_MISSING`, `K6_FAILED`, `K6_HANGS` ...) or the signal's reason
 */
export type RunK6 = (options: K6Options) => Promise<void>;

/** Where load comes from, if not from this machine. */
export interface LoadGenerator {
  /** The URLs and payloads in its options are those of this machine. */
  readonly run: RunK6;
  readonly origin: LoadOrigin;
  readonly k6Version: string;
  /** The worst of the clocks behind its times: less ours, before they were corrected. */
  readonly clockOffset: ClockOffset;
  /** A Prometheus that takes remote writes, as it sees it; without one k6's metrics can't be written while it runs. */
  readonly prometheusUrl?: string;
  /** What is to be known of figures made with it. */
  readonly warnings: readonly Warning[];
}
