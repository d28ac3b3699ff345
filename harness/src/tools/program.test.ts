import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram, programVersion } from './program.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'program-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function program(folder: string, name: string, script: string, mode = 0o755): string {
  const path = join(directory, folder, name);
  mkdirSync(join(directory, folder), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, mode);
  return path;
}

test('the first folder that has the program wins; what is not executable does not count', () => {
  const folders = ['a', 'b', 'c'].map((name) => join(directory, name));
  program('a', 'k6', 'true', 0o644);
  mkdirSync(join(directory, 'a/faas-cli'));
  const second = program('b', 'k6', 'true');
  program('c', 'k6', 'true');
  const cli = program('c', 'faas-cli', 'true');

  expect(findProgram('k6', folders)).toBe(second);
  expect(findProgram('faas-cli', folders)).toBe(cli);
});

test('PATH is searched first', () => {
  const before = process.env['PATH'];
  const own = program('bin', 'k6', 'true');
  process.env['PATH'] = join(directory, 'bin');
  try {
    expect(findProgram('k6')).toBe(own);
  } finally {
    process.env['PATH'] = before;
  }
});

test('a missing program: its error, exit code and hint', () => {
  expect(() => findProgram('k6', [directory])).toThrow(
    expect.objectContaining({
      code: 'K6_MISSING',
      exitCode: 6,
      hint: expect.stringContaining('./bootstrap') as string,
    }),
  );
  expect(() => findProgram('faas-cli', [directory])).toThrow(
    expect.objectContaining({ code: 'FAAS_CLI_MISSING', exitCode: 5 }),
  );
});

test('versions as the programs say them', async () => {
  const k6 = program('x', 'k6', 'echo "k6 v1.8.1 (go1.26.8, linux/amd64)"');
  const cli = program('x', 'faas-cli', 'echo 0.17.1');
  const unversioned = program('y', 'faas-cli', 'echo dev');

  expect(await programVersion(k6)).toBe('v1.8.1');
  expect(await programVersion(cli)).toBe('0.17.1');
  expect(await programVersion(unversioned)).toBe('unknown');
});

test('a program that does not run is named', async () => {
  const broken = program('x', 'k6', 'echo "no such library" >&2; exit 3');

  await expect(programVersion(broken)).rejects.toMatchObject({
    code: 'K6_BROKEN',
    message: expect.stringContaining(broken) as string,
  });
});
