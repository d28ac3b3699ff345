import { describe, expect, test } from 'vitest';
import type { ConfigFile } from './config-file.js';
import { modeKind, type ModeFlagValues, PLAN_DEFAULTS, resolveMode } from './resolve-mode.js';
import { parseDuration } from './parse-duration.js';

const NONE: ModeFlagValues = {
  together: false,
  cold: false,
  precision: undefined,
  budget: undefined,
  repetitions: undefined,
};

async function modeOf(
  given: Partial<ModeFlagValues>,
  {
    functions = ['f'],
    method = 'auto' as const,
    file = {},
  }: {
    functions?: string[];
    method?: 'auto' | 'difference';
    file?: NonNullable<ConfigFile['bench']>;
  } = {},
) {
  const flags = { ...NONE, ...given };
  const kind = modeKind(flags);
  const plan = { ...PLAN_DEFAULTS[kind], settleSeconds: 1, warmupSeconds: 2, seed: 1 };
  const repetitions = given.repetitions ?? plan.repetitions;
  return resolveMode(kind, { ...plan, repetitions, functions, method }, flags, file);
}

test('without flags functions have their turns', async () => {
  expect(await modeOf({})).toEqual({ kind: 'turns' });
  expect(await modeOf({ cold: true })).toEqual({ kind: 'cold' });
});

test('precision, from flags or file; repetitions that are asked for win over the file', async () => {
  expect(await modeOf({ precision: 0.02 })).toEqual({
    kind: 'turns',
    precision: { ratio: 0.02, budgetSeconds: 600 },
  });
  const file = { precision: '3%', budget: '5m' };
  expect(await modeOf({}, { file })).toEqual({
    kind: 'turns',
    precision: { ratio: 0.03, budgetSeconds: 300 },
  });
  expect(await modeOf({ repetitions: 4 }, { file })).toEqual({ kind: 'turns' });
});

test('together, with a plan for its windows', async () => {
  const mode = await modeOf({ together: true }, { functions: ['f', 'g'] });
  expect(mode).toMatchObject({ kind: 'together', plan: { levels: [{ length: 24 }, {}] } });
});

describe('what can not be is refused by name', () => {
  test.each([
    [{ together: true, cold: true }, {}, '--together and --cold exclude each other.'],
    [{ precision: 0.02, cold: true }, {}, '--precision and --cold exclude each other.'],
    [{ precision: 0.02, together: true }, {}, '--precision and --together exclude each other.'],
    [{ precision: 0.02, repetitions: 9 }, {}, '--precision and --repetitions exclude each other.'],
    [{ budget: '5m' }, {}, '--budget is for --precision.'],
    [{ together: true }, {}, '--together takes two functions or more, not f alone.'],
    [
      { together: true },
      { functions: ['f', 'g'], method: 'difference' as const },
      '--together and --method difference exclude each other',
    ],
    [
      { together: true, repetitions: 5 },
      { functions: ['f', 'g', 'h'] },
      "3 functions can't be told apart in 5 windows.",
    ],
    [{ precision: 0.02, budget: '40s' }, {}, 'take 53 s with this plan; the budget is 40 s.'],
    [{ precision: 0.02, budget: 'soon' }, {}, "--budget takes a duration, not 'soon'."],
    [{}, { file: { precision: '2' } }, "--precision takes a percentage, not '2'."],
  ])('%j', async (given, more, message) => {
    await expect(modeOf(given, more)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message) as string,
    });
  });
});

test('durations are seconds', () => {
  expect(['90s', '5m', '1h30m', '1.5m'].map((text) => parseDuration('budget', text))).toEqual([
    90, 300, 5400, 90,
  ]);
});
