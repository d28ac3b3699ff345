import { UsageError } from '../errors.js';
import { SCENARIOS } from '../lab/scenarios.js';
import type { ValidateOptions } from '../validate/validate.js';
import { resolveBenchOptions } from './resolve-options.js';

export interface ValidateFlagValues {
  only: 'twin' | 'laboratory' | undefined;
  runs: number;
  class: string[] | undefined;
  seed: number;
  out: string;
}

/** A function of each profile: text, CPU, CPU and memory, waiting. */
const FUNCTIONS = ['analyze-sentence', 'matrix-multiply', 'compress', 'sleep'];

/** Short phases: each of the two about 3 minutes. */
const TIMING = { idle: 8, settle: 0.8, warmup: 1 };
const IN_TURN = { ...TIMING, together: false, duration: 4, repetitions: 6 };
const TOGETHER = { ...TIMING, together: true, duration: 3, repetitions: 36 };

/** @throws UsageError */
export async function resolveValidateOptions({
  only,
  runs,
  class: wanted,
  seed,
  out,
}: ValidateFlagValues): Promise<ValidateOptions> {
  const all = SCENARIOS.map(({ name }) => name);
  const names = wanted ? all.filter((name) => wanted.some((text) => name.includes(text))) : all;
  if (names.length === 0) {
    throw new UsageError(
      'CLASS_UNKNOWN',
      `No class of runs is called like '${wanted!.join("', '")}'.`,
      `There are: ${all.join(', ')}.`,
    );
  }
  const twin = [IN_TURN, TOGETHER].map((plan) =>
    resolveBenchOptions(FUNCTIONS, {
      ...{ target: 'local', gateway: undefined, meters: undefined, node: undefined },
      ...{ load: 'local', 'load-node': undefined, 'load-parallelism': undefined },
      ...{ config: 'power-harness.yaml', stack: undefined, energy: 'twin', sysfs: '/sys' },
      ...{ rate: undefined, payload: undefined, method: undefined, 'twin-options': undefined },
      ...{ cold: false, precision: undefined, budget: undefined, prometheus: undefined },
      ...{ ...plan, seed, out },
    }),
  );
  return {
    twin: only === 'laboratory' ? [] : await Promise.all(twin),
    ...(only === 'twin' ? {} : { laboratory: { names, runs, seed } }),
  };
}
