import { type AttributionInput } from './input.js';

/** What attribution gives; its keys are those of result.json. More keys may come, none goes away. */

export interface Interval {
  low: number;
  high: number;
}

export interface Estimate {
  value: number;
  ci95: Interval;
}

export type Severity = 'info' | 'warning' | 'error';

/** Something a reader of the figures must know. An `error` makes the run invalid. */
export interface Warning {
  code: string;
  severity: Severity;
  message: string;
  hint: string;
}

export type MethodName = 'difference' | 'regression' | 'ratio';

/** One repetition's figures, for the report's points and for tests. */
export interface RepetitionResult {
  repetition: number;
  start_us: number;
  end_us: number;
  /** Weighted by the share of each invocation's time that lies in the window. */
  invocations: number;
  energy_joules: number;
  marginal_joules_per_invocation: number;
}

export interface FunctionResult {
  function: string;
  node: string;
  method: MethodName;
  invocations: number;
  failed: number;
  marginal: {
    joules_per_invocation: number;
    /** Random and systematic combined. */
    ci95: Interval;
    random95: Interval;
    /** The standard uncertainty that random95 is made from, for combining runs (GUM, 7.2). */
    random_uncertainty?: { joules: number; degrees_of_freedom: number };
    systematic95: Interval;
    /** False: the figure is below what this run can tell from nothing; print `< detection_limit_joules`. */
    detectable: boolean;
    detection_limit_joules: number;
  };
  /** Where CPU accounting allows. */
  parts?: { function_joules_per_invocation: number; platform_joules_per_invocation: number };
  full: { joules_per_invocation: number; ci95: Interval; idle_policy: 'time' };
  latency_seconds: { p50: number; p95: number; p99: number };
  repetitions: RepetitionResult[];
  /** From the twin's truth file, never from the meter; simulated runs only. */
  truth_joules_per_invocation?: number;
}

export interface NodeResult {
  node: string;
  idle_watts: Estimate;
  /** measured = idle + functions + other + residual. */
  energy_joules: {
    measured: number;
    idle: number;
    functions: number;
    other: number;
    residual: number;
  };
}

export interface Refusal {
  functions: string[];
  reason: string;
}

export interface AttributionResult {
  method: MethodName;
  functions: FunctionResult[];
  nodes: NodeResult[];
  refused: Refusal[];
  warnings: Warning[];
}

/** Interface of a method: pure, no I/O. */
export type Method = (input: AttributionInput) => AttributionResult;
