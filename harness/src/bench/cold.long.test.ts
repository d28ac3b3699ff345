import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { readManifest } from '../run/read-run.js';
import type { RunResult } from '../run/result.js';
import { findProgramOrSkip } from './required-programs.js';
import { onlyRun, runCli, said, startCli } from './run-cli.js';

const missing = findProgramOrSkip('k6', 'faas-cli');

describe.skipIf(missing)(`cold starts of a function${missing ?? ''}`, () => {
  const FUNCTIONS = ['analyze-sentence'];
  let result: RunResult;
  let directory: string;
  let table: string;

  beforeAll(async () => {
    const run = await runCli(['bench', ...FUNCTIONS, '--cold', '--idle', '4', '--quiet']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    directory = onlyRun(run.directory);
    result = JSON.parse(readFileSync(join(directory, 'result.json'), 'utf8')) as RunResult;
    table = run.stdout;
    process.stdout.write(`\n${table}\n`);
  }, 300_000);

  test.each(FUNCTIONS)(
    "%s: each figure within twice its half-width of the twin's truth",
    (name) => {
      const found = result.cold_starts!.find((each) => each.function === name)!;
      expect(found.cold_starts).toBe(6);
      for (const key of [
        'start_joules',
        'warm_request_joules',
        'keep_warm_joules_per_minute',
      ] as const) {
        const { value, ci95 } = found[key];
        expect(Math.abs(value - found.truth![key]), key).toBeLessThan(ci95.high - ci95.low);
      }
      // A runtime that has to start takes longer than one that runs.
      expect(found.start_seconds.value).toBeGreaterThan(0.05);
      expect(found.start_joules.detectable).toBe(true);
      expect(found.start_joules.value).toBeGreaterThan(found.warm_request_joules.value);
      expect(found.break_even_per_hour!.ci95.high).toBeGreaterThan(0);
    },
  );

  test('is told in the table and in the reports, and is as the schema says', () => {
    for (const text of [table, ...['report.md', 'report.html'].map(read)]) {
      expect(text).toContain('keeping it is cheaper above');
    }
    const schema = join(import.meta.dirname, '../../schemas/result.schema.json');
    const validate = new Ajv2020({ strictTypes: false }).compile(
      JSON.parse(readFileSync(schema, 'utf8')) as object,
    );
    expect(validate(result) || validate.errors).toBe(true);
  });

  test('report makes the same figures again from the raw data', async () => {
    const again = await runCli(['report', directory, '--json']);
    expect(again.code, again.stderr).toBe(0);
    expect((JSON.parse(again.stdout) as RunResult).cold_starts).toEqual(result.cold_starts);
  });

  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
});

describe.skipIf(missing)(`Ctrl-C${missing ?? ''}`, () => {
  test.each([
    ['in a cold start', ['sleep', '--cold'], /^cold/m],
    ['with a warm replica', ['sleep', '--cold'], /^warm/m],
    ['with two under load', ['sleep', 'compress', '--together', '--rate=5'], /^load/m],
    ['on the way to a precision', ['sleep', '--precision=1%', '--budget=2m'], /^load/m],
  ])(
    '%s: ends with 130 and leaves a readable run',
    async (_, args, moment) => {
      const run = startCli(['bench', ...args, '--idle', '1', '--settle', '0']);
      expect(await said(run, moment, 60)).toBe(true);
      run.child.kill('SIGINT');
      const { code, stderr, directory } = await run.ended;
      expect(code, stderr).toBe(130);
      expect((await readManifest(onlyRun(directory))).state).toBe('interrupted');
    },
    90_000,
  );
});
