import { expect, test } from 'vitest';
import type { Invocations } from './input.js';
import { truthTogether } from './truth.js';

test('together: own energy above own idle, and of the platform a share by invocations', () => {
  const series = (...energyJoules: number[]) => ({
    timeUs: Float64Array.of(0, 1e6, 2e6, 3e6),
    energyJoules: Float64Array.from(energyJoules),
  });
  const phase = (name: 'idle' | 'load', repetition: number, second: number) => ({
    phase: name,
    repetition,
    startUs: second * 1e6,
    endUs: (second + 1) * 1e6,
  });
  // Three of f and one of g in second 1, one of f and five of g in second 2.
  const startsUs = [1.1, 1.2, 1.3, 1.4, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6].map((s) => s * 1e6);
  const invocations: Invocations = {
    functions: ['f', 'g', 'never'],
    nodes: ['n'],
    functionIndex: Uint16Array.of(0, 0, 0, 1, 0, 1, 1, 1, 1, 1),
    nodeIndex: new Uint16Array(10),
    startUs: Float64Array.from(startsUs),
    endUs: Float64Array.from(startsUs, (us) => us + 1e4),
    status: new Uint16Array(10).fill(200),
  };
  const truth = truthTogether(
    {
      platform: series(0, 2, 7, 14), // 2 J/s idle; 3 + 5 above
      functions: new Map([
        ['f', series(0, 0, 6, 8)],
        ['g', series(0, 1, 3, 7)], // 1 J/s idle; 1 + 3 above
        ['never', series(0, 0, 0, 0)],
      ]),
    },
    [phase('idle', 0, 0), phase('load', 1, 1), phase('load', 2, 2)],
    invocations,
  );
  expect([...truth]).toEqual([
    ['f', expect.closeTo(8 / 4 + 0.8, 12)],
    ['g', expect.closeTo(4 / 6 + 0.8, 12)],
  ]);
});
