import type { BenchMode, BenchOptions } from '../bench/bench-options.js';
import type { Precision } from '../bench/precision.js';
import { planTogether } from '../bench/together-plan.js';
import { UsageError } from '../errors.js';
import type { ConfigFile } from './config-file.js';
import { parseDuration } from './parse-duration.js';
import { parsePercentage } from './parse-percentage.js';

export interface ModeFlagValues {
  together: boolean;
  cold: boolean;
  precision: number | undefined;
  budget: string | undefined;
  repetitions: number | undefined;
}

type Plan = Pick<
  BenchOptions,
  | 'functions'
  | 'method'
  | 'seed'
  | 'repetitions'
  | 'idleSeconds'
  | 'settleSeconds'
  | 'warmupSeconds'
  | 'loadSeconds'
>;

/** What a mode takes where neither flags nor file say. */
export const PLAN_DEFAULTS: Record<
  BenchMode['kind'],
  Pick<Plan, 'loadSeconds' | 'repetitions' | 'idleSeconds'>
> = {
  turns: { loadSeconds: 8, repetitions: 6, idleSeconds: 10 },
  together: { loadSeconds: 3, repetitions: 24, idleSeconds: 10 },
  cold: { loadSeconds: 8, repetitions: 6, idleSeconds: 6 },
};

const DEFAULT_BUDGET_SECONDS = 600;

/** Deploying aside, what a repetition takes beyond its rest and its load, and a function's first warm-up. */
const START_SECONDS = 1.5;
const CALIBRATION_SECONDS = 6;

/** The mode's name, from its flags alone. @throws UsageError where they exclude each other */
export function modeKind(flags: ModeFlagValues): BenchMode['kind'] {
  const { together, cold, precision, budget, repetitions } = flags;
  if (together && cold) throw clash('--together', '--cold');
  for (const [given, name] of [
    [together, '--together'],
    [cold, '--cold'],
    [repetitions !== undefined, '--repetitions'],
  ] as const) {
    if (precision !== undefined && given) throw clash('--precision', name);
  }
  if (budget !== undefined && (precision === undefined || together || cold)) {
    throw new UsageError(
      'FLAGS_CLASH',
      '--budget is for --precision.',
      'Give both, or --repetitions.',
    );
  }
  if (cold) return 'cold';
  return together ? 'together' : 'turns';
}

/** @throws UsageError where the mode can't be with the rest of the plan */
export async function resolveMode(
  kind: BenchMode['kind'],
  plan: Plan,
  flags: ModeFlagValues,
  file: NonNullable<ConfigFile['bench']>,
): Promise<BenchMode> {
  if (kind === 'cold') return { kind };
  if (kind === 'together') return resolveTogether(plan);
  if (flags.repetitions !== undefined) return { kind };
  const ratio =
    flags.precision ??
    (file.precision === undefined ? undefined : await parsePercentage('precision')(file.precision));
  return ratio === undefined
    ? { kind }
    : { kind, precision: resolvePrecision(ratio, flags.budget ?? file.budget, plan) };
}

function resolveTogether({ functions, method, repetitions, seed }: Plan): BenchMode {
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
  return { kind: 'together', plan: planTogether(functions.length, repetitions, seed) };
}

function resolvePrecision(ratio: number, budget: string | undefined, plan: Plan): Precision {
  const budgetSeconds =
    budget === undefined ? DEFAULT_BUDGET_SECONDS : parseDuration('budget', budget);
  const { functions, idleSeconds, settleSeconds, warmupSeconds, loadSeconds } = plan;
  const turnSeconds = settleSeconds + warmupSeconds + loadSeconds + START_SECONDS;
  const least = Math.ceil(
    2 * (settleSeconds + idleSeconds) + functions.length * (CALIBRATION_SECONDS + 2 * turnSeconds),
  );
  if (budgetSeconds >= least) return { ratio, budgetSeconds };
  throw new UsageError(
    'BUDGET_TOO_SMALL',
    `Two repetitions, the least that have an interval, take ${least} s with this plan; the budget is ${budgetSeconds} s.`,
    `Give --budget ${least}s or more, or a shorter --duration.`,
  );
}

/** Of two flags. */
export function clash(one: string, other: string): UsageError {
  return new UsageError('FLAGS_CLASH', `${one} and ${other} exclude each other.`, 'Give one.');
}
