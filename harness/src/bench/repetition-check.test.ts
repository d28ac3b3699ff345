import { expect, test } from 'vitest';
import { RepetitionCheck, type Delivered } from './repetition-check.js';

const delivered = (droppedIterations: number, functions = ['f']): Delivered => ({
  functions,
  repetition: 3,
  ratePerSecond: 100,
  scheduledRequests: 1000,
  droppedIterations,
});

test('a full repetition says nothing', () => {
  const check = new RepetitionCheck();
  expect(check.accept(delivered(0))).toBe(true);
  expect(check.warnings).toEqual([]);
});

test('up to 0.1 % dropped is a warning, more is an invalid repetition', () => {
  const check = new RepetitionCheck();
  expect(check.accept(delivered(1))).toBe(true);
  expect(check.accept(delivered(2))).toBe(false);
  expect(check.warnings.map(({ code }) => code)).toEqual([
    'ITERATIONS_DROPPED',
    'REPETITION_INVALID',
  ]);
});

test('a second invalid repetition ends the run and names the rate that would fit', () => {
  const check = new RepetitionCheck();
  check.accept(delivered(500));
  expect(() => check.accept(delivered(500))).toThrow(
    expect.objectContaining({ code: 'RATE_TOO_HIGH', exitCode: 4, hint: '--rate 35 would fit.' }),
  );
});

test('of several at once, how many would fit together', () => {
  const check = new RepetitionCheck([], 1);
  expect(() => check.accept(delivered(500, ['f', 'g']))).toThrow(
    expect.objectContaining({
      message: expect.stringContaining("f, g can't be driven at 100 requests") as string,
      hint: '35 would fit: --rate sets the mean rate of each of them.',
    }),
  );
});
