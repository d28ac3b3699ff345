import fc from 'fast-check';
import { expect, test } from 'vitest';
import { missedVariance } from './block-spanning.js';

const BLOCKS = Array.from({ length: 6 }, (_, g) => ({ startUs: g * 1e6, endUs: (g + 1) * 1e6 }));
const viewOf = (calls: readonly { startUs: number; endUs: number }[]) => ({
  invocations: {
    functions: ['f'],
    nodes: ['node'],
    functionIndex: new Uint16Array(calls.length),
    nodeIndex: new Uint16Array(calls.length),
    startUs: Float64Array.from(calls, ({ startUs }) => startUs),
    endUs: Float64Array.from(calls, ({ endUs }) => endUs),
    status: new Uint16Array(calls.length).fill(200),
  },
  weights: Float64Array.of(1),
});
const price = { joulesPerSecond: 2, joulesPerByte: 0 };
const drawn = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 5_000_000 }), fc.integer({ min: 1, max: 3_000_000 }))
    .map(([startUs, wall]) => ({ startUs, endUs: startUs + wall })),
  { minLength: 1, maxLength: 12 },
);

test('what blocks show and what they miss are together what the invocations vary by', () => {
  fc.assert(
    fc.property(drawn, (unsorted) => {
      const calls = unsorted.sort((a, b) => a.startUs - b.startUs);
      const rows = calls.map(({ startUs, endUs }) => ({
        joules: (2 * (endUs - startUs)) / 1e6,
        shares: BLOCKS.map(
          (block) =>
            Math.max(0, Math.min(endUs, block.endUs) - Math.max(startUs, block.startUs)) /
            (endUs - startUs),
        ),
      }));
      const sumOf = (shares: readonly number[]) => shares.reduce((sum, each) => sum + each, 0);
      const count = rows.reduce((sum, { shares }) => sum + sumOf(shares), 0);
      const mean = rows.reduce((sum, row) => sum + sumOf(row.shares) * row.joules, 0) / count;
      const [whole, shown] = [
        (shares: readonly number[]) => sumOf(shares) ** 2,
        (shares: readonly number[]) => sumOf(shares.map((each) => each * each)),
      ].map((of) =>
        rows.reduce((sum, { shares, joules }) => sum + of(shares) * (joules - mean) ** 2, 0),
      ) as [number, number];
      const [missed] = missedVariance(viewOf(calls), [price], BLOCKS);
      expect(missed! + shown).toBeCloseTo(whole, 6);
    }),
  );
});

test('nothing is missed of invocations that lie within blocks', () => {
  const calls = BLOCKS.flatMap(({ startUs }, g) => [
    { startUs, endUs: startUs + 1e5 * (g + 1) },
    { startUs: startUs + 2e5, endUs: startUs + 1e6 },
  ]);
  expect(missedVariance(viewOf(calls), [price], BLOCKS)).toEqual([0]);
});
