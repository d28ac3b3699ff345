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

/** Energy of an invocation above idle. */
export interface Marginal {
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
}

export interface FunctionResult {
  function: string;
  node: string;
  method: MethodName;
  invocations: number;
  failed: number;
  /** Of those that failed: turned away before a replica ran (429, 503). */
  refused?: number;
  marginal: Marginal;
  /** Where CPU accounting allows. */
  parts?: { function_joules_per_invocation: number; platform_joules_per_invocation: number };
  full: { joules_per_invocation: number; ci95: Interval; idle_policy: 'time' };
  latency_seconds: { p50: number; p95: number; p99: number };
  repetitions: RepetitionResult[];
  /** Where the method is regression. */
  regression?: {
    /** What its energy was found to be proportional to. */
    feature: 'busy_seconds' | 'invocations' | 'cpu_seconds' | 'bytes';
    /** 1: the other functions' loads don't matter; above 10 they go up and down much like this one's. */
    variance_inflation: number;
    /** What its CPU time costs of it, where it takes energy besides. */
    cpu_joules_per_invocation?: number;
  };
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
  /** How idle power went on in time, as it was found from idle time. */
  idle_model?: {
    drift: 'none' | 'linear' | 'exponential';
    /** Watts from the first idle time to the last. */
    drift_watts: number;
    /** Of work that nobody asked for and that comes and goes, on average; 0 where none was seen. */
    other_watts: number;
  };
  /** How much later than the invocations' the meter's times are, by power and load; they were corrected by it. */
  lag_seconds?: Estimate;
  /** Where functions were told apart by regression. */
  regression?: {
    windows: number;
    /** Of the design: above 10 some loads go up and down together. */
    condition_number: number;
    /** Power above idle is proportional to load to this power; 1 is a linear node. */
    exponent: Estimate;
    /** Of a task that nobody asked for and that came during load only; a mean over the run. */
    other_watts?: number;
  };
}

/** A function on all its nodes: all energy by all invocations. */
export interface CombinedResult {
  function: string;
  nodes: string[];
  invocations: number;
  marginal: Marginal;
}

export interface Refusal {
  functions: string[];
  reason: string;
  /** What can be told of them all the same: their energy together, above idle, in the load windows. */
  joint?: { node: string; energy_joules: number; ci95: Interval; invocations: number[] };
}

/** A figure that may be too small to be told from nothing. */
export interface Figure extends Estimate {
  random95: Interval;
  systematic95: Interval;
  /** False: print `< detection_limit`. */
  detectable: boolean;
  detection_limit: number;
}

/** What it costs to start a function from no replica, and to keep one instead. */
export interface ColdStartResult {
  function: string;
  node: string;
  /** Those that can be used. */
  cold_starts: number;
  /** From the first request until its answer. */
  start_seconds: Estimate;
  /** Of the start and its first request, above the power without a replica. */
  start_joules: Figure;
  /** Of the same request to the warm replica. */
  warm_request_joules: Figure;
  /** What an idle replica adds to the node. */
  keep_warm_joules_per_minute: Figure;
  /** Above so many requests an hour keeping a replica takes less than starting one for each; absent where a start costs no more. */
  break_even_per_hour?: {
    value: number;
    /** `high` is null where it may be any rate. */
    ci95: { low: number; high: number | null };
  };
  cycles: ColdCycle[];
  /** From the twin's truth file, never from the meter; simulated runs only. */
  truth?: {
    start_joules: number;
    warm_request_joules: number;
    keep_warm_joules_per_minute: number;
  };
}

/** One cold start and what belongs to it. */
export interface ColdCycle {
  repetition: number;
  /** When the first request was sent. */
  start_us: number;
  start_seconds: number;
  start_joules: number;
  warm_request_joules: number;
  idle_watts: number;
  warm_watts: number;
}

export interface AttributionResult {
  method: MethodName;
  functions: FunctionResult[];
  nodes: NodeResult[];
  /** Of functions that ran on several nodes. */
  combined?: CombinedResult[];
  /** Of runs that measured cold starts. */
  cold_starts?: ColdStartResult[];
  refused: Refusal[];
  warnings: Warning[];
}
