import { expect, test } from 'vitest';
import { sensorBudget, shuntMilliohmsFor } from './sensor-budget.js';

const meter = { node: 'a', source: 'meter', shunt_uohm: 100_000 } as const;

test('a shunt that was not calibrated counts with its tolerance', () => {
  const calibrated = sensorBudget([{ ...meter, calibrated: true }]);
  expect(calibrated.gain_ratio).toBeCloseTo(0.00141, 5);
  expect(sensorBudget([{ ...meter, source: 'twin' }])).toEqual(calibrated);
  expect(sensorBudget([meter]).gain_ratio).toBeCloseTo(0.00594, 5);
});

test('an offset weighs more the smaller the shunt, and adds up over the channels of a node', () => {
  const single = sensorBudget([meter]).offset_watts;
  expect(single).toBeCloseTo((40e-6 / 0.1) * 5.1, 6);
  expect(sensorBudget([{ ...meter, shunt_uohm: 10_000 }]).offset_watts).toBeCloseTo(10 * single, 6);
  expect(sensorBudget([meter, meter]).offset_watts).toBeCloseTo(Math.SQRT2 * single, 6);
  expect(sensorBudget([meter, { ...meter, node: 'b' }]).offset_watts).toBeCloseTo(single, 9);
});

test('the shunt of a twin carries its node', () => {
  expect([1, 8, 30, 1e6].map((watts) => shuntMilliohmsFor(watts))).toEqual([100, 50, 20, 1]);
});
