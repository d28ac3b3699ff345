import type { ChosenSource } from '../energy/choose-energy-source.js';
import type { PrometheusAccess } from '../prometheus/prometheus-access.js';
import type { Target } from '../targets/target.js';
import type { Precision } from './precision.js';
import type { TogetherPlan } from './together-plan.js';

/** How functions are put under load. */
export type BenchMode =
  /** One after the other, so many repetitions or until they are known well enough. */
  | { kind: 'turns'; precision?: Precision }
  /** All at once, each at rates of its own. */
  | { kind: 'together'; plan: TogetherPlan }
  /** One after the other, from no replica. */
  | { kind: 'cold' };

/** What `bench` needs to know; the command fills it from flags, environment and file. */
export interface BenchOptions {
  functions: string[];
  /** The OpenFaaS stack file that describes the functions. */
  stackFile: string;
  target: Target;
  energySource: ChosenSource;
  /** Where sysfs is mounted. */
  sysfs: string;
  /** Requests per second; without it a calibration finds one well below saturation. */
  ratePerSecond?: number;
  mode: BenchMode;
  /** Of a repetition; of a window, where functions are under load at once. */
  loadSeconds: number;
  /** Or windows; not looked at where there is a precision to reach. */
  repetitions: number;
  idleSeconds: number;
  settleSeconds: number;
  warmupSeconds: number;
  /** A file to send instead of the function's own payload. */
  payloadFile?: string;
  method: 'auto' | 'difference' | 'regression' | 'ratio';
  seed: number;
  /** The folder runs go to. */
  out: string;
  /** Errors and faults of the twin, as its long options. */
  twinOptions: readonly string[];
  /** Gets k6's metrics during load, and the run's phases and figures at its end. */
  prometheus?: PrometheusAccess;
}

/** Where `bench` tells how it goes; the command decides how that looks. */
export interface Talk {
  /** A line that stays. */
  say(line: string): void;
  /** A line that the next one replaces where it can; `what` names the phase. */
  progress(what: string, remainingSeconds: number, facts: readonly string[]): void;
}
