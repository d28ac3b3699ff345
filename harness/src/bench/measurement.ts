import { type EnergySource } from '../energy/energy-source.js';
import { type RunDirectory } from '../run/run-directory.js';
import { type OpenTarget } from '../targets/target.js';
import { type BenchOptions, type Talk } from './bench-options.js';
import { type Deployment } from './deployment.js';

/** Everything that is there when load is driven. */
export interface Measurement {
  options: BenchOptions;
  deployment: Deployment;
  run: RunDirectory;
  target: OpenTarget;
  source: EnergySource;
  clockOffsetSeconds: number;
  node: string;
  talk: Talk;
  signal: AbortSignal;
  /** Ends the run with this error. */
  fail: (error: Error) => void;
}
