import type { ClockOffset } from '../energy/clock-offset.js';
import type { EnergySource } from '../energy/energy-source.js';
import type { RunDirectory } from '../run/run-directory.js';
import type { OpenTarget } from '../targets/target.js';
import type { BenchOptions, Talk } from './bench-options.js';
import type { Deployment } from './deployment.js';

/** Everything that is there when load is driven. */
export interface Measurement {
  options: BenchOptions;
  deployment: Deployment;
  run: RunDirectory;
  target: OpenTarget;
  source: EnergySource;
  clockOffsets: ReadonlyMap<string, ClockOffset>;
  talk: Talk;
  signal: AbortSignal;
  /** Ends the run with this error. */
  fail: (error: Error) => void;
}
