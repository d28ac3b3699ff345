import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readManifest } from '../run/read-run.js';
import { readTables } from '../run/tables.js';
import { findProgram } from '../tools/program.js';
import { findProgramOrSkip } from './required-programs.js';
import { onlyRun, pidsNaming, runCli, said, scratch, startCli } from './run-cli.js';

/** Flags of a run as short as can be, some of them otherwise. */
function quick(otherwise: Record<string, number> = {}): string[] {
  const flags = {
    idle: 1,
    settle: 0,
    warmup: 0.5,
    duration: 1,
    repetitions: 2,
    rate: 10,
    ...otherwise,
  };
  return Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

const missing = findProgramOrSkip('k6', 'faas-cli');

/** A stack file with one function: a Node script. */
function stackFile(script: string, readySeconds = 2): string {
  const directory = mkdtempSync(join(tmpdir(), 'stack-'));
  writeFileSync(join(directory, 'function.mjs'), script);
  writeFileSync(join(directory, 'payload.json'), '{}');
  writeFileSync(
    join(directory, 'stack.yml'),
    `version: 1.0
provider: { name: openfaas }
functions:
  made:
    lang: dockerfile
    handler: .
    skip_build: true
    image: test/made:latest
    annotations:
      power-harness.command: node function.mjs
      power-harness.payload: payload.json
      power-harness.ready-timeout-seconds: "${readySeconds}"
`,
  );
  return join(directory, 'stack.yml');
}

const SERVE = (answer: string) => `
import { createServer } from 'node:http';
let n = 0;
createServer((request, response) => {
  if (request.url === '/_/health') return response.end();
  ${answer}
}).listen(process.env.PORT, process.env.HOST);`;

/** Of this checkout: others may run beside it. */
const ROOT = join(import.meta.dirname, '../../..');
const TWIN = join(ROOT, 'firmware/build/host/power-meter-twin');
const EXPORTER = join(ROOT, 'exporter/bin/power-exporter.js');
const PROGRAMS = [
  join(ROOT, 'harness/dist/provider/main.js'),
  TWIN,
  EXPORTER,
  ...(missing ? [] : [`${findProgram('k6')} run`]),
];

/** Nothing of ours may outlive a bench. */
afterEach(async () => {
  await expect.poll(() => PROGRAMS.flatMap(pidsNaming), { timeout: 5000 }).toEqual([]);
});

describe.skipIf(missing)(`what goes wrong is told, ended and kept${missing ?? ''}`, () => {
  test('a payload that the function refuses', async () => {
    const directory = scratch();
    writeFileSync(join(directory, 'bad.json'), '{"sentence": 5}');
    const run = await runCli(
      ['bench', 'analyze-sentence', '--payload', 'bad.json', ...quick()],
      directory,
    );
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(/analyze-sentence answers 400 to its payload .*sentence/);
  }, 30_000);

  test('a function that never gets ready', async () => {
    const stack = stackFile(`console.log('cannot find my model'); setInterval(() => {}, 1000);`);
    const run = await runCli(['bench', 'made', '--stack', stack, ...quick()]);
    expect(run.code).toBe(5);
    expect(run.stderr).toContain('made was not ready within');
    expect(run.stderr).toContain('not ready after 2 s');
  }, 60_000);

  test('a function that crashes under load makes the run invalid; its rows are kept', async () => {
    const stack = stackFile(
      SERVE(`if (++n % 12 === 0) process.exit(1); setTimeout(() => response.end('ok'), 5);`),
    );
    const run = await runCli(['bench', 'made', '--stack', stack, ...quick()]);
    expect(run.code, run.stderr).toBe(4);
    expect(run.stdout + run.stderr).toMatch(/invocations failed|fails in/);
    expect((await readManifest(onlyRun(run.directory))).state).toBe('invalid');
  }, 60_000);

  test('a rate that the machine can not keep: which would fit', async () => {
    const more = quick({ rate: 200, duration: 2 });
    const run = await runCli(['bench', 'matrix-multiply', ...more]);
    expect(run.code, run.stderr).toBe(4);
    expect(run.stderr).toMatch(/can't be driven at 200 requests per second here/);
    const fitting = Number(/--rate (\S+) would fit/.exec(run.stderr)?.[1]);
    expect(fitting).toBeGreaterThan(5);
    expect(fitting).toBeLessThan(120);
  }, 90_000);

  test.each([
    ['twin', TWIN],
    ['exporter', EXPORTER],
  ])(
    'the %s dying ends the run with 7; what was measured is readable',
    async (_, program) => {
      const run = startCli(['bench', 'sleep', ...quick({ idle: 30 })]);
      expect(await said(run, /^idle/m)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      for (const pid of pidsNaming(program)) process.kill(pid, 'SIGKILL');
      const { code, stderr, directory } = await run.ended;
      expect(code, stderr).toBe(7);
      expect(stderr).toMatch(/ended by itself/);
      const { samples } = await readTables(onlyRun(directory));
      expect(samples[0]!.timeUs.length).toBeGreaterThan(10);
    },
    60_000,
  );

  test.each([
    ['while deploying', /^Deploying/m],
    ['while warming up', /^Warming up/m],
    ['in idle', /^idle/m],
    ['under load', /^load/m],
  ])(
    'Ctrl-C %s ends with 130 and leaves a readable run',
    async (_, moment) => {
      const run = startCli(['bench', 'sleep', ...quick({ duration: 20 })]);
      expect(await said(run, moment)).toBe(true);
      run.child.kill('SIGINT');
      const { code, stderr, directory } = await run.ended;
      expect(code, stderr).toBe(130);
      expect(stderr).toContain('Interrupted by SIGINT.');
      expect((await readManifest(onlyRun(directory))).state).toBe('interrupted');
      if (/idle|load/.test(moment.source)) {
        expect((await readTables(onlyRun(directory))).samples.length).toBe(1);
      }
    },
    60_000,
  );

  test('two at once: the second is told who holds the target; killed, the first takes all with it', async () => {
    const first = startCli(['bench', 'sleep', ...quick({ idle: 30 })]);
    expect(await said(first, /^idle/m)).toBe(true);
    const second = await runCli(['bench', 'sleep', ...quick(), '--json']);
    expect(second.code).toBe(5);
    expect(JSON.parse(second.stdout)).toMatchObject({
      error: {
        code: 'TARGET_BUSY',
        message: expect.stringContaining(String(first.child.pid)) as string,
      },
    });
    first.child.kill('SIGKILL');
    await first.ended;
    const run = onlyRun(first.directory);
    expect(readdirSync(run)).toContain('samples.csv');
    expect((await readTables(run)).samples[0]!.timeUs.length).toBeGreaterThan(5);
  }, 60_000);

  test('a meter that is silent ends it with 7 before load is driven', async () => {
    const directory = scratch();
    writeFileSync(
      join(directory, 'meters.yaml'),
      'meters:\n  - name: lab\n    address: 127.0.0.1:9\n    channels: { 1: { node: n } }\n',
    );
    const run = await runCli(
      ['bench', 'sleep', '--meters', 'meters.yaml', '--node', 'n', ...quick()],
      directory,
    );
    expect(run.code, run.stderr).toBe(7);
    expect(run.stderr).toContain('from lab channel 1 of n (127.0.0.1:9)');
    expect(run.stderr).not.toContain('Warming up');
  }, 60_000);
});
