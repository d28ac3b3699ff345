import { expect, test } from 'vitest';
import { withoutOtherWork } from './unheard-work.js';

const OWN = [1.01, 0.99, 1.02, 0.98, 1, 1];
const CPU = [0.1, 0, 0.3, 0.2, 0.4, 0];

test("joules that rise with the CPU time of other work are not the function's", () => {
  const found = withoutOtherWork(
    OWN.map((each, i) => each + 0.8 * CPU[i]!),
    CPU,
  )!;
  found.marginals.forEach((each, i) => expect(Math.abs(each - OWN[i]!)).toBeLessThan(0.03));
  expect(found.random.u).toBeGreaterThan(0.005);
  expect(found.random.u).toBeLessThan(0.02);
  expect(found.random.degrees).toBe(4);
});

test('where they do not, or could by chance, nothing is taken off', () => {
  expect(withoutOtherWork(OWN, CPU)).toBeUndefined();
  expect(withoutOtherWork(OWN, [0, 0, 0, 0, 0, 0])).toBeUndefined();
  expect(withoutOtherWork([1, 1.01, 1.03], [0, 0.1, 0.3])).toBeUndefined();
  expect(
    withoutOtherWork(
      OWN.map((each, i) => each - 0.8 * CPU[i]!),
      CPU,
    ),
  ).toBeUndefined();
});
