import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect, vi } from 'vitest';
import { readManifest } from '../run/read-run.js';
import { readTables } from '../run/tables.js';
import { findProgramOrSkip } from './required-programs.js';
import { onlyRun, pidsWith, said, scratch, startCli } from './run-cli.js';

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

/** They take turns on two cores. */
vi.setConfig({ testTimeout: 90_000, maxConcurrency: 4 });

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

/** Its processes, and those alone, have this in their environment; so has each bench a lock of its own. */
const ownedBy = (directory: string) => `TMPDIR=${directory}`;

function start(directory: string, args: readonly string[]) {
  return startCli(['bench', ...args], directory, { TMPDIR: directory });
}

/** In a folder of its own; nothing of a bench may outlive it. */
const test = base.extend<{ directory: string }>({
  // eslint-disable-next-line no-empty-pattern -- how vitest is told that it needs no other
  directory: async ({}, use) => {
    const directory = scratch();
    await use(directory);
    await vi.waitFor(() => expect(pidsWith(ownedBy(directory))).toEqual([]), 5000);
  },
});

const why = missing ?? '';

describe.skipIf(missing).concurrent(`what goes wrong is told, ended and kept${why}`, () => {
  test('a payload that the function refuses', async ({ directory }) => {
    writeFileSync(join(directory, 'bad.json'), '{"sentence": 5}');
    const run = start(directory, ['analyze-sentence', '--payload', 'bad.json', ...quick()]);
    const { code, stderr } = await run.ended;
    expect(code).toBe(4);
    expect(stderr).toMatch(/analyze-sentence answers 400 to its payload .*sentence/);
  });

  test('a function that never gets ready', async ({ directory }) => {
    const stack = stackFile(`console.log('cannot find my model'); setInterval(() => {}, 1000);`);
    const { code, stderr } = await start(directory, ['made', '--stack', stack, ...quick()]).ended;
    expect(code).toBe(5);
    expect(stderr).toContain('made was not ready within');
    expect(stderr).toContain('not ready after 2 s');
  });

  test('a function that crashes under load makes the run invalid; its rows are kept', async ({
    directory,
  }) => {
    const stack = stackFile(
      SERVE(`if (++n % 12 === 0) process.exit(1); setTimeout(() => response.end('ok'), 5);`),
    );
    const run = await start(directory, ['made', '--stack', stack, ...quick()]).ended;
    expect(run.code, run.stderr).toBe(4);
    expect(run.stdout + run.stderr).toMatch(/invocations failed|fails in/);
    expect((await readManifest(onlyRun(directory))).state).toBe('invalid');
  });

  test.for([['twin', 'power-meter-twin'] as const, ['exporter', 'power-exporter'] as const])(
    'the %s dying ends the run with 7; what was measured is readable',
    async ([, program], { directory }) => {
      const run = start(directory, ['sleep', ...quick({ idle: 30 })]);
      expect(await said(run, /^idle/m)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      for (const pid of pidsWith(ownedBy(directory), program)) process.kill(pid, 'SIGKILL');
      const { code, stderr } = await run.ended;
      expect(code, stderr).toBe(7);
      expect(stderr).toMatch(/ended by itself/);
      const { samples } = await readTables(onlyRun(directory));
      expect(samples[0]!.timeUs.length).toBeGreaterThan(10);
    },
  );

  test.for([
    ['while deploying', /^Deploying/m] as const,
    ['while warming up', /^Warming up/m] as const,
    ['in idle', /^idle/m] as const,
    ['under load', /^load/m] as const,
  ])('Ctrl-C %s ends with 130 and leaves a readable run', async ([, moment], { directory }) => {
    const run = start(directory, ['sleep', ...quick({ duration: 20 })]);
    expect(await said(run, moment)).toBe(true);
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain('Interrupted by SIGINT.');
    expect((await readManifest(onlyRun(directory))).state).toBe('interrupted');
    if (/idle|load/.test(moment.source)) {
      expect((await readTables(onlyRun(directory))).samples.length).toBe(1);
    }
  });

  test('two at once: the second is told who holds the target; killed, the first takes all with it', async ({
    directory,
  }) => {
    const first = start(directory, ['sleep', ...quick({ idle: 30 })]);
    expect(await said(first, /^idle/m)).toBe(true);
    const second = await start(directory, ['sleep', ...quick(), '--json']).ended;
    expect(second.code).toBe(5);
    expect(JSON.parse(second.stdout)).toMatchObject({
      error: {
        code: 'TARGET_BUSY',
        message: expect.stringContaining(String(first.child.pid)) as string,
      },
    });
    first.child.kill('SIGKILL');
    await first.ended;
    const run = onlyRun(directory);
    expect(readdirSync(run)).toContain('samples.csv');
    expect((await readTables(run)).samples[0]!.timeUs.length).toBeGreaterThan(5);
  });

  test('a meter that is silent ends it with 7 before load is driven', async ({ directory }) => {
    writeFileSync(
      join(directory, 'meters.yaml'),
      'meters:\n  - name: lab\n    address: 127.0.0.1:9\n    channels: { 1: { node: n } }\n',
    );
    const meter = ['--meters', 'meters.yaml', '--node', 'n'];
    const { code, stderr } = await start(directory, ['sleep', ...meter, ...quick()]).ended;
    expect(code, stderr).toBe(7);
    expect(stderr).toContain('from lab channel 1 of n (127.0.0.1:9)');
    expect(stderr).not.toContain('Warming up');
  });
});

// Apart, since its rate is what a free machine can do.
test.skipIf(missing)(
  `a rate that the machine can not keep: which would fit${why}`,
  async ({ directory }) => {
    const more = quick({ rate: 200, duration: 2 });
    const { code, stderr } = await start(directory, ['matrix-multiply', ...more]).ended;
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(/can't be driven at 200 requests per second here/);
    const fitting = Number(/--rate (\S+) would fit/.exec(stderr)?.[1]);
    expect(fitting).toBeGreaterThan(5);
    expect(fitting).toBeLessThan(120);
  },
);
