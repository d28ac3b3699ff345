import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunManifest } from './manifest.js';
import { findRun, readManifest, readResult, runNames } from './read-run.js';
import { assertWritable, RunDirectory } from './run-directory.js';
import { runId } from './run-id.js';

const scratch = () => mkdtempSync(join(tmpdir(), 'run-directory-'));

const manifest = (run = '20261123T120000Z-f'): RunManifest => ({
  schema: 1,
  run,
  state: 'running',
  simulated: true,
  started_us: 1_795_435_200_000_000,
  target: { name: 'local', gateway: 'http://127.0.0.1:1' },
  plan: {
    functions: ['f'],
    method: 'auto',
    repetitions: 6,
    idle_seconds: 10,
    settle_seconds: 1,
    warmup_seconds: 2,
    load_seconds: 8,
    rate_per_second: { f: 20 },
    seed: 1,
  },
  meters: [],
  sensor: { gain_ratio: 0.0015, offset_watts: 0.002, clock_seconds: 0.001 },
  environment: { cpu_count: 2 },
  versions: { node: 'v20' },
  warnings: [],
  files: {},
});

test("a run's name says when and what, in an order that sorts", () => {
  const at = new Date('2026-11-23T12:00:00.123Z');
  expect(runId(at, ['analyze-sentence'])).toBe('20261123T120000Z-analyze-sentence');
  expect(runId(at, ['a', 'b', 'c'])).toBe('20261123T120000Z-a-and-2-more');
  expect(runId(at, ['../x'])).toBe('20261123T120000Z-.._x');
});

test('a sealed run reads back, with the hash of every file', async () => {
  const run = await RunDirectory.create(scratch(), manifest());
  run.addPhase({ phase: 'idle', repetition: 0, startUs: 1.4, endUs: 2 });
  await run.seal('complete');
  const read = await readManifest(run.path);
  expect(read.state).toBe('complete');
  const phases = readFileSync(run.file('phases.csv'));
  expect(phases.toString()).toBe('phase,repetition,start_us,end_us,function\nidle,0,1,2,\n');
  expect(read.files).toEqual({
    'phases.csv': createHash('sha256').update(phases).digest('hex'),
  });
});

test('two runs of one second get folders of their own', async () => {
  const out = scratch();
  const first = await RunDirectory.create(out, manifest());
  const second = await RunDirectory.create(out, manifest());
  expect(second.path).toBe(`${first.path}-2`);
  expect(second.manifest.run).toBe('20261123T120000Z-f-2');
  expect(await runNames(out)).toEqual(['20261123T120000Z-f', '20261123T120000Z-f-2']);
});

test('a folder that is none is said to be so, before anything is measured', async () => {
  const file = join(scratch(), 'file');
  writeFileSync(file, '');
  await expect(RunDirectory.create(join(file, 'runs'), manifest())).rejects.toMatchObject({
    code: 'OUT_NOT_WRITABLE',
    exitCode: 2,
  });
});

test('damaged and newer runs are told apart', async () => {
  const out = scratch();
  const write = (name: string, text: string) => {
    mkdirSync(join(out, name));
    writeFileSync(join(out, name, 'run.json'), text);
    return join(out, name);
  };
  const code = (c: string) => expect.objectContaining({ code: c, exitCode: 2 }) as Error;
  await expect(readManifest(out)).rejects.toEqual(code('RUN_UNKNOWN'));
  await expect(readManifest(write('cut', '{"schema": 1, "ru'))).rejects.toEqual(
    code('RUN_DAMAGED'),
  );
  await expect(readManifest(write('list', '[]'))).rejects.toEqual(code('RUN_DAMAGED'));
  await expect(readManifest(write('bare', '{"schema": 1}'))).rejects.toEqual(code('RUN_DAMAGED'));
  await expect(readManifest(write('newer', '{"schema": 2}'))).rejects.toEqual(code('RUN_NEWER'));
  await expect(readResult(join(out, 'cut'))).rejects.toEqual(code('RUN_WITHOUT_RESULT'));
});

test('a run is found by its name or a part that fits one only', async () => {
  const out = scratch();
  const run = await RunDirectory.create(out, manifest('20261123T120000Z-sleep'));
  await RunDirectory.create(out, manifest('20261123T120001Z-compress'));
  expect(await findRun('sleep', out)).toBe(run.path);
  expect(await findRun(run.path, out)).toBe(run.path);
  await expect(findRun('2026', out)).rejects.toMatchObject({ code: 'RUN_AMBIGUOUS' });
  await expect(findRun('matrix', out)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
});

test('a disk that is nearly full is found before the run', async ({ skip }) => {
  const folder = scratch();
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
  if (mount.status !== 0) skip('a small file system needs the right to mount');
  try {
    await expect(assertWritable(join(folder, 'runs'))).rejects.toThrow(/Only [01] MB are free/);
  } finally {
    spawnSync('umount', [folder]);
  }
});
