import { type BenchMode, type BenchOptions } from '../bench/bench-options.js';
import { planTogether } from '../bench/together-plan.js';
import { UsageError } from '../errors.js';

export interface ModeFlagValues {
  together: boolean;
}

type PlanDefaults = Pick<BenchOptions, 'loadSeconds' | 'repetitions' | 'idleSeconds'>;

/** What a mode takes where neither flags nor file say. */
export const PLAN_DEFAULTS: Record<BenchMode['kind'], PlanDefaults> = {
  turns: { loadSeconds: 8, repetitions: 6, idleSeconds: 10 },
  together: { loadSeconds: 3, repetitions: 24, idleSeconds: 10 },
};

/** The mode's name, from its flags alone. @throws UsageError where they exclude each other */
export function modeKind({ together }: ModeFlagValues): BenchMode['kind'] {
  return together ? 'together' : 'turns';
}

/** @throws UsageError where the mode can't be with the rest of the plan */
export function resolveMode(
  kind: BenchMode['kind'],
  {
    functions,
    repetitions,
    seed,
    method,
  }: Pick<BenchOptions, 'functions' | 'repetitions' | 'seed' | 'method'>,
): BenchMode {
  if (kind === 'turns') return { kind };
  if (functions.length < 2) {
    throw new UsageError(
      'TOGETHER_ALONE',
      `--together takes two functions or more, not ${functions.join('')} alone.`,
      'Name the others, or leave --together out.',
    );
  }
  if (method === 'difference') {
    throw new UsageError(
      'FLAGS_CLASH',
      '--together and --method difference exclude each other: functions under load at once are told apart by regression.',
      'Leave one out.',
    );
  }
  return { kind, plan: planTogether(functions.length, repetitions, seed) };
}
