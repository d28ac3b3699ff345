import type { Estimate, Warning } from '../attribution/result.js';

/** What `compare` finds; its keys are those of its JSON document. More keys may come, none goes away. */
export interface Comparison {
  schema: 1;
  baseline: string;
  /** Of the baseline or of any other run. */
  simulated: boolean;
  /** A significant rise beyond this is a regression: 0.05 is 5 %. */
  threshold_ratio: number;
  runs: ComparedRun[];
  /** Whether any run has a regression. */
  regression: boolean;
}

export interface ComparedRun {
  run: string;
  /** What is not as in the baseline's run, and can change energy or explain a change. */
  differences: Difference[];
  functions: FunctionComparison[];
  /** Named `function on node`. */
  only_in_baseline: string[];
  only_in_run: string[];
  warnings: Warning[];
}

export interface Difference {
  what: string;
  baseline: string;
  run: string;
  /** Such runs are not compared unless forced. */
  severe: boolean;
}

/**
 * `unclear`: the runs do not tell; `lower`, `higher`: significant; `regression`: significantly higher, by more than the
 * threshold.
 */
export type Verdict = 'unclear' | 'lower' | 'higher' | 'regression';

export interface FunctionComparison {
  function: string;
  node: string;
  baseline_joules_per_invocation: number;
  joules_per_invocation: number;
  /** The run's over the baseline's; absent where one of them can't be told from nothing. */
  ratio?: Estimate;
  /** Of the rank test on the repetitions. */
  p: number;
  /** The same, for so many functions and runs compared at once. */
  p_adjusted: number;
  verdict: Verdict;
}
