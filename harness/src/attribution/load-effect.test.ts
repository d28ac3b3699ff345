import fc from 'fast-check';
import { expect, test } from 'vitest';
import { effectOf, type LoadModel, type LoadRow } from './load-effect.js';

/** Far above the least level that is told from none. */
const positive = fc.double({ min: 0.3, max: 5, noNaN: true });
const cases = fc.record({
  factors: fc.array(positive, { minLength: 3, maxLength: 3 }),
  counts: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 12, maxLength: 12 }),
  seconds: fc.array(positive, { minLength: 4, maxLength: 4 }),
  exponent: fc.double({ min: 0.5, max: 2, noNaN: true }),
  cores: positive,
});

/** Functions 0 and 1 compute; 2 has energy besides its CPU time's. */
function build({
  factors,
  counts,
  seconds,
  exponent,
  cores,
}: typeof cases extends fc.Arbitrary<infer T> ? T : never) {
  const busySeconds = [0, 1, 2].map((f) =>
    seconds.reduce((sum, each, s) => sum + each * counts[s * 3 + f]!, 0),
  );
  const row: LoadRow = {
    joules: 0,
    weight: 1,
    states: { seconds: Float64Array.from(seconds), counts: Float64Array.from(counts) },
    feature: [busySeconds[0]!, 3 * busySeconds[1]!, 7],
    intensity: [1, 3, busySeconds[2]! > 0 ? 7 / busySeconds[2]! : 0],
    busySeconds,
    offsets: [],
  };
  const cpuParts = { cores: [0, 0, cores], wattsPerCore: [0.4, 0.2, 0] };
  const model: LoadModel = { factors, offsets: [], exponent, levelWatts: 2, cpuParts };
  return { row, model };
}

test('shares sum to the power of the whole: nothing is lost on a node of any curvature', () => {
  fc.assert(
    fc.property(cases, (drawn) => {
      const { row, model } = build(drawn);
      const [a, b, c] = model.factors as [number, number, number];
      const whole = drawn.seconds.reduce((sum, seconds, s) => {
        const [n, m, k] = drawn.counts.slice(3 * s) as [number, number, number];
        const bent = a * n + 3 * b * m + (0.4 * a + 0.2 * b) * drawn.cores * k;
        return sum + seconds * 2 * (bent / 2) ** drawn.exponent;
      }, 7 * c);
      const sum = effectOf(row, model).joules.reduce((all, each) => all + each, 0);
      expect(Math.abs(sum / whole - 1)).toBeLessThan(1e-9);
    }),
  );
});

test('the derivatives are those of the sum', () => {
  fc.assert(
    fc.property(cases, (drawn) => {
      const { row, model } = build(drawn);
      const total = (of: LoadModel) =>
        effectOf(row, of).joules.reduce((all, each) => all + each, 0);
      const { slopes, byExponent } = effectOf(row, model);
      const step = 1e-6;
      model.factors.forEach((_, f) => {
        const at = (sign: number) =>
          total({
            ...model,
            factors: model.factors.map((x, g) => x + (g === f ? sign * step : 0)),
          });
        expect(slopes[f]).toBeCloseTo((at(1) - at(-1)) / (2 * step), 3);
      });
      const at = (sign: number) => total({ ...model, exponent: model.exponent + sign * step });
      expect(byExponent).toBeCloseTo((at(1) - at(-1)) / (2 * step), 3);
    }),
  );
});
