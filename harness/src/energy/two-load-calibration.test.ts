import fc from 'fast-check';
import { expect, test } from 'vitest';
import { twoLoadCalibration } from './two-load-calibration.js';

test('the shunt and the offset of a meter are found from what it read of two loads', () => {
  const amperes = fc.double({ min: 0.5, max: 1.5, noNaN: true });
  const shunt = fc.integer({ min: 80_000, max: 120_000 });
  const offset = fc.integer({ min: -2000, max: 2000 });
  fc.assert(
    fc.property(amperes, shunt, offset, shunt, offset, (known, trueShunt, trueOffset, R, o) => {
      const read = (current: number) =>
        (((current * trueShunt * 1e-6) / 40e-6 + (trueOffset - o) / 256) * 40e-6) / (R * 1e-6);
      const load = (knownAmperes: number) => ({
        knownAmperes,
        measuredAmperes: read(knownAmperes),
        standardErrorAmperes: 1e-5,
      });
      const { calibration, gainUncertaintyRatio } = twoLoadCalibration([load(0.01), load(known)], {
        shuntMicroohms: R,
        offsetLsb256: o,
      });
      expect(Math.abs(calibration.shuntMicroohms - trueShunt)).toBeLessThanOrEqual(1);
      expect(Math.abs(calibration.offsetLsb256 - trueOffset)).toBeLessThanOrEqual(1);
      expect(gainUncertaintyRatio).toBeCloseTo((Math.SQRT2 * 1e-5) / (known - 0.01), 9);
    }),
  );
});
