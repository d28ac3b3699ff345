import type { FunctionResult, MethodName, Refusal } from '../attribution/result.js';
import { bench } from '../bench/bench.js';
import type { BenchOptions, Talk } from '../bench/bench-options.js';
import { isInvalid } from '../bench/finish.js';
import type { ClassAccuracy } from '../lab/accuracy.js';
import { assessClasses } from './assess-classes.js';

export interface ValidateOptions {
  /** Short benches of real functions on this machine's twin. */
  twin: readonly BenchOptions[];
  /** Generated runs; absent where not wanted. */
  laboratory?: { names: readonly string[]; runs: number; seed: number };
}

/** Figures of real functions beside the twin's truth. */
export interface TwinAccuracy {
  /** The run directory's path. */
  run: string;
  method: MethodName;
  functions: FunctionResult[];
  refused: Refusal[];
  /** Whether the run's own checks found that its figures can't be trusted. */
  invalid: boolean;
}

/** The accuracy experiment's outcome: what `validate --json` prints. All of it is simulated. */
export interface Validation {
  schema: 1;
  simulated: true;
  twin: TwinAccuracy[];
  laboratory?: { runs: number; seed: number; classes: ClassAccuracy[] };
}

/**
 * Holds attribution against truths that are known: of the twin on this machine, and of generated runs.
 * @throws PowerHarnessError
 */
export async function validate(
  { twin, laboratory }: ValidateOptions,
  talk: Talk,
  signal: AbortSignal,
): Promise<Validation> {
  const validation: Validation = { schema: 1, simulated: true, twin: [] };
  for (const options of twin) {
    const { directory, report } = await bench(options, talk, signal);
    const { method, functions, refused } = report.result;
    const invalid = isInvalid(report.result);
    validation.twin.push({ run: directory, method, functions, refused, invalid });
  }
  if (laboratory) {
    const { names, runs, seed } = laboratory;
    talk.say(`Laboratory: ${names.length} classes of ${runs} runs`);
    const onClass = (name: string, done: number) =>
      talk.say(`  ${name} (${done} of ${names.length})`);
    const classes = await assessClasses({ names, runs, seed, onClass }, signal);
    validation.laboratory = { runs, seed, classes };
  }
  return validation;
}
