import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { attribute } from '../attribution/attribute.js';
import { coldStarts } from '../attribution/cold-start.js';
import { syntheticColdRun, TYPICAL_COLD } from '../attribution/synthetic-cold-run.js';
import { syntheticMix, TYPICAL_MIX } from '../attribution/synthetic-mix.js';
import { syntheticRun, TYPICAL } from '../attribution/synthetic-run.js';
import { UsageError } from '../errors.js';
import type { RunResult } from './result.js';

function validator(name: string) {
  const file = join(import.meta.dirname, `../../schemas/${name}.schema.json`);
  return new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(file, 'utf8')) as object);
}

const result = (): RunResult => ({
  schema: 1,
  run: 'r',
  simulated: true,
  ...attribute(syntheticRun(TYPICAL), 'auto'),
});

test('a result is as the published schema says', () => {
  const validate = validator('result');
  expect(validate(result()) || validate.errors).toBe(true);
  for (const inStep of [false, true]) {
    const { input } = syntheticMix({ ...TYPICAL_MIX, inStep });
    const regressed = { ...result(), ...attribute(input, 'auto') };
    expect(validate(regressed) || validate.errors).toBe(true);
  }
  const cold = { ...result(), ...coldStarts(syntheticColdRun(TYPICAL_COLD)) };
  expect(validate(cold) || validate.errors).toBe(true);
  const [first] = cold.cold_starts;
  const wrong = { ...first!, start_joules: 1.5 };
  expect(validate({ ...cold, cold_starts: [wrong] })).toBe(false);
});

test('a result that lacks something, or has it in another unit, is not', () => {
  const validate = validator('result');
  for (const key of Object.keys(result())) {
    const rest = Object.entries(result()).filter(([name]) => name !== key);
    expect(validate(Object.fromEntries(rest)), key).toBe(false);
  }
  const [each] = result().functions;
  const wrong = { ...each!, marginal: { ...each!.marginal, joules_per_invocation: '85 mJ' } };
  expect(validate({ ...result(), functions: [wrong] })).toBe(false);
});

test('an error document is as its schema says', () => {
  const validate = validator('error');
  const document = new UsageError('CODE', 'message', 'hint').toDocument();
  expect(validate(document) || validate.errors).toBe(true);
  expect(validate({ error: { code: 'CODE' } })).toBe(false);
});
