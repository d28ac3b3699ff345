import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planTurns } from './plan.js';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 5 });

test('every repetition measures every function once', () => {
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 12 }), fc.integer(), (functions, n, seed) => {
      const turns = planTurns(functions, n, seed);
      for (let repetition = 1; repetition <= n; repetition++) {
        const block = turns.filter((turn) => turn.repetition === repetition);
        expect(block.map((turn) => turn.function).sort()).toEqual([...functions].sort());
      }
      expect(turns.map((turn) => turn.repetition)).toEqual(
        turns.map((turn) => turn.repetition).sort((a, b) => a - b),
      );
    }),
  );
});

test('the same seed gives the same order, and seeds differ', () => {
  const functions = ['a', 'b', 'c', 'd'];
  const order = (seed: number) =>
    planTurns(functions, 6, seed)
      .map((turn) => turn.function)
      .join('');
  expect(order(7)).toBe(order(7));
  expect(new Set(Array.from({ length: 20 }, (_, seed) => order(seed))).size).toBeGreaterThan(15);
});
