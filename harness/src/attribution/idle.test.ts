import { expect, test } from 'vitest';
import { idlePieces } from './idle.js';

test('a piece follows the one before it only where none was left out between', () => {
  const timeUs = Float64Array.from({ length: 51 }, (_, i) => i * 1e5);
  const energyJoules = timeUs.map((t) => (2 * t) / 1e6);
  // The meter missed something in the first and in the third second.
  const gapUs = timeUs.map((t) => (t > 2.5e6 ? 2000 : t > 0.5e6 ? 1000 : 0));
  const pieces = idlePieces([{ startUs: 0, endUs: 5e6 }], {
    ...{ node: 'node', timeUs, energyJoules, gapUs },
  });
  expect(pieces.map(({ startUs, follows }) => [startUs, follows])).toEqual([
    [1e6, false],
    [3e6, false],
    [4e6, true],
  ]);
});
