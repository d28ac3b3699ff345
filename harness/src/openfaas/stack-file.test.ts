import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readStackFile, selectFunctions } from './stack-file.js';

const STACK = fileURLToPath(new URL('../../../functions/stack.yml', import.meta.url));

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stack-file-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function written(text: string): string {
  const file = join(directory, 'stack.yml');
  writeFileSync(file, text);
  return file;
}

test('the functions of this project, each with a payload that is there', async () => {
  const stack = await readStackFile(STACK);

  expect(stack.functions.map(({ name }) => name)).toEqual([
    'analyze-sentence',
    'matrix-multiply',
    'compress',
    'sleep',
  ]);
  for (const { payloadFile, contentType, annotations } of stack.functions) {
    expect(existsSync(payloadFile!)).toBe(true);
    expect(contentType).toBe('application/json');
    expect(annotations['power-harness.command']).toMatch(/^node dist\/runtime\/serve\.js dist\//);
  }
});

test('a function without annotations has no payload', async () => {
  const stack = await readStackFile(written('functions:\n  a:\n    image: a:1\n'));
  expect(stack.functions).toEqual([
    { name: 'a', image: 'a:1', annotations: {}, contentType: 'application/json' },
  ]);
  expect(stack.directory).toBe(directory);
});

test('the functions asked for, each once, in that order', async () => {
  const stack = await readStackFile(STACK);
  const chosen = selectFunctions(stack, ['sleep', 'compress', 'sleep']);
  expect(chosen.map(({ name }) => name)).toEqual(['sleep', 'compress']);
});

test('an unknown function: those that exist, and the nearest', async () => {
  const stack = await readStackFile(STACK);
  expect(() => selectFunctions(stack, ['analyse-sentence'])).toThrow(
    expect.objectContaining({
      code: 'FUNCTION_UNKNOWN',
      exitCode: 2,
      message: expect.stringContaining(
        'analyze-sentence, matrix-multiply, compress, sleep',
      ) as string,
      hint: 'Did you mean analyze-sentence?',
    }),
  );
});

test.each([
  ['functions: [', 'is no valid stack file'],
  ['- a', 'no mapping'],
  ['provider: {}', 'no "functions"'],
  ['functions:\n  a b:\n    image: x', "'a b' is no function name"],
  ['functions:\n  a: 5', "'a' is no mapping"],
  ['functions:\n  a: {}', "'a' has no image"],
  ['functions:\n  a: {image: x, annotations: [1]}', "annotations of 'a'"],
])('a bad file says what is wrong: %j', async (text, message) => {
  await expect(readStackFile(written(text))).rejects.toMatchObject({
    code: 'STACK_FILE_INVALID',
    message: expect.stringContaining(message) as string,
  });
});

test('no file', async () => {
  await expect(readStackFile(join(directory, 'none.yml'))).rejects.toMatchObject({
    code: 'STACK_FILE_UNREADABLE',
    exitCode: 2,
  });
});
