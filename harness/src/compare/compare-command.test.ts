import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { runCli, scratch } from '../bench/run-cli.js';
import { drawnRun, writeRun } from './drawn-run.js';
import type { Run } from './environment-differences.js';

/** A folder with runs below `runs`; the names are their order. */
function folderOf(...runs: Run[]): string {
  const folder = scratch();
  for (const run of runs) writeRun(join(folder, 'runs'), run);
  return folder;
}

const before = () => drawnRun('1-before', { seed: 1 });
const after = (joulesPerInvocation: number) =>
  drawnRun('2-after', { seed: 4, joulesPerInvocation });
const changed = (change: (run: Run) => void) => {
  const run = after(0.05);
  change(run);
  return run;
};

describe('the command', () => {
  test('no regression: exit 0', async () => {
    const folder = folderOf(before(), after(0.05));
    const { code, stdout, stderr } = await runCli(['compare', '1-before', '2-after'], folder);
    expect([code, stderr]).toEqual([0, '']);
    await expect(masked(stdout)).toMatchFileSnapshot('__golden__/same.txt');
  });

  test('a regression: exit 3, in every form', async () => {
    const noted = after(0.06);
    noted.manifest.environment.kernel = '6.6';
    const folder = folderOf(before(), noted);
    const run = (...more: string[]) => runCli(['compare', '1-before', '2-after', ...more], folder);
    const [text, markdown, json, tolerant] = await Promise.all([
      run(),
      run('--markdown'),
      run('--json'),
      run('--threshold', '50%'),
    ]);
    expect([text.code, markdown.code, json.code, tolerant.code]).toEqual([3, 3, 3, 0]);
    await expect(masked(text.stdout)).toMatchFileSnapshot('__golden__/regression.txt');
    await expect(masked(markdown.stdout)).toMatchFileSnapshot('__golden__/regression.md');
    const schema = join(import.meta.dirname, '../../schemas/comparison.schema.json');
    const validate = new Ajv2020().compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
    const document: unknown = JSON.parse(json.stdout);
    expect(validate(document) || validate.errors).toBe(true);
    expect(document).toMatchObject({
      regression: true,
      runs: [{ functions: [{ function: 'f', node: 'node', verdict: 'regression' }] }],
    });
  }, 20_000);

  test('several runs with one baseline', async () => {
    const third = drawnRun('3-later', { seed: 3, joulesPerInvocation: 0.07 });
    const folder = folderOf(before(), after(0.05), third);
    const args = ['compare', '1-before', '2-after', '3-later', '--json'];
    const { code, stdout } = await runCli(args, folder);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      baseline: '1-before',
      runs: [
        { run: '2-after', functions: [{ verdict: 'unclear' }] },
        { run: '3-later', functions: [{ verdict: 'regression' }] },
      ],
    });
  });

  test('runs of different machines: refused, named, and forced', async () => {
    const elsewhere = changed(({ manifest }) => (manifest.environment.cpu_model = 'Xeon'));
    const folder = folderOf(before(), elsewhere);
    const args = ['compare', '1-before', '2-after'];
    const refused = await runCli(args, folder);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('cpu_model: Cortex-A72 / Xeon');
    const forced = await runCli([...args, '--force'], folder);
    expect(forced.code).toBe(0);
    expect(forced.stdout).toContain('warning: differs: cpu_model: Cortex-A72 / Xeon');
  });

  test.each<[string, Run, string[], number, string]>([
    [
      'a run that is invalid',
      changed(({ manifest }) => (manifest.state = 'invalid')),
      [],
      4,
      'it ended as invalid',
    ],
    [
      'nothing in common',
      changed(({ result }) => (result.functions[0]!.function = 'g')),
      [],
      2,
      'It has g on node; the first has f on node',
    ],
    ['a threshold without unit', after(0.05), ['--threshold', '0.05'], 2, 'takes a percentage'],
    ['the same run twice', after(0.05), ['1-before'], 2, 'A run is named twice'],
    ['an unknown run', after(0.05), ['9-none'], 2, "There is no run '9-none'"],
  ])(
    '%s',
    async (_, run, more, exitCode, message) => {
      const folder = folderOf(before(), run);
      const { code, stderr } = await runCli(['compare', '1-before', '2-after', ...more], folder);
      expect(code).toBe(exitCode);
      expect(stderr).toContain(message);
    },
    20_000,
  );
});

/** Figures are tested elsewhere; here it is how they are shown. */
function masked(text: string): string {
  return text.replaceAll(/\d+(\.\d+)?/g, '#');
}
