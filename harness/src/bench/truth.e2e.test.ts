import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunResult } from '../run/result.js';
import { findProgramOrSkip } from './required-programs.js';
import { onlyRun, runCli } from './run-cli.js';

/** Short phases: the whole of this file takes about a minute and a half, with real k6, faas-cli and processes. */
const SHORT = '--duration 3 --warmup 0.6 --settle 0.6 --idle 5 --quiet --json'.split(' ');
const missing = findProgramOrSkip('k6', 'faas-cli');

function resultOf(stdout: string): RunResult {
  return JSON.parse(stdout) as RunResult;
}

describe.skipIf(missing)(`a CPU-bound function against the twin's truth${missing ?? ''}`, () => {
  let result: RunResult;
  let directory: string;

  beforeAll(async () => {
    const run = await runCli(['bench', 'matrix-multiply', ...SHORT, '--repetitions', '6']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    result = resultOf(run.stdout);
    directory = onlyRun(run.directory);
  }, 240_000);

  test('it is right to 2 %, and within twice its half-width', () => {
    const [{ marginal, truth_joules_per_invocation: truth } = result.functions[0]!] =
      result.functions;
    const error = marginal.joules_per_invocation - truth!;
    expect(Math.abs(error / truth!)).toBeLessThan(0.02);
    expect(Math.abs(error)).toBeLessThan(marginal.ci95.high - marginal.ci95.low);
  });

  test('the balance closes, and every joule is called simulated', () => {
    expect(result.simulated).toBe(true);
    for (const { energy_joules: energy } of result.nodes) {
      const sum = energy.idle + energy.functions + energy.other + energy.residual;
      expect(Math.abs(sum - energy.measured)).toBeLessThan(1e-9 * energy.measured);
      expect(Math.abs(energy.residual)).toBeLessThan(0.05 * energy.measured);
    }
  });

  test('what --json prints is result.json, and as the schema says', () => {
    expect(JSON.parse(readFileSync(join(directory, 'result.json'), 'utf8'))).toEqual(result);
    for (const name of ['result', 'run']) {
      const schema = join(import.meta.dirname, `../../schemas/${name}.schema.json`);
      const validate = new Ajv2020({ strictTypes: false }).compile(
        JSON.parse(readFileSync(schema, 'utf8')) as object,
      );
      const document: unknown = JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8'));
      expect(validate(document) || validate.errors).toBe(true);
    }
  });

  test('its tables give the same figure by an independent few lines of SQL', async () => {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const [{ idle_watts: idle, idle_model: model, lag_seconds: lag }] = result.nodes as [
      (typeof result.nodes)[number],
    ];
    // Windows begin and end with the samples nearest to them, all on the meter's clock.
    const lagUs = (lag?.value ?? 0) * 1e6;
    const near = (t: string) =>
      `(SELECT {t: time_us, e: energy_joules} FROM '${directory}/samples.parquet' ORDER BY abs(time_us - ${t} - ${lagUs}::DOUBLE) LIMIT 1)`;
    const on = (t: string) => `i.${t} + ${lagUs}::DOUBLE`;
    const rows = (
      await connection.runAndReadAll(`
        WITH w AS (SELECT ${near('p.start_us')} a, ${near('p.end_us')} b FROM '${directory}/phases.csv' p
                   WHERE phase = 'load' AND function = 'matrix-multiply'),
          calls AS (SELECT ${on('start_us')} s, ${on('end_us')} e FROM '${directory}/invocations.parquet' i
                    WHERE i.function = 'matrix-multiply' AND status = 200)
        SELECT b.t - a.t, b.e - a.e, (SELECT sum((least(e, b.t) - greatest(s, a.t)) / (e - s)) FROM calls
                                      WHERE e > a.t AND s < b.t) FROM w`)
    ).getRowsJS() as unknown as [bigint, number, number][];
    const { marginal } = result.functions.find((each) => each.function === 'matrix-multiply')!;
    const watts = idle.value + (model?.other_watts ?? 0);
    const figures = rows.map(
      ([us, joules, count]) => (joules - (watts * Number(us)) / 1e6) / count,
    );
    const mean = figures.reduce((sum, each) => sum + each, 0) / figures.length;
    expect(figures).toHaveLength(6);
    if (model?.drift === 'none') expect(mean).toBeCloseTo(marginal.joules_per_invocation, 9);
    // Idle power that drifts is more than one number: a constant one must agree within the interval.
    expect(mean).toBeGreaterThan(marginal.ci95.low);
    expect(mean).toBeLessThan(marginal.ci95.high);
  });

  test('report makes the same figures again from the raw data', async () => {
    const again = await runCli(['report', directory, '--json']);
    expect(again.code).toBe(0);
    expect(resultOf(again.stdout).functions).toEqual(result.functions);
  });
});
