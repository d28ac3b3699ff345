import { expect, test } from 'vitest';
import { parseSensor } from './parse-sensor.js';

test('a sensor by its name, its figures where they are better known', () => {
  const calibrated = parseSensor('ina3221-calibrated');
  expect(calibrated.gainRatio).toBeCloseTo(0.0014, 4);
  expect(parseSensor('ina3221').gainRatio).toBeGreaterThan(0.005);
  expect(parseSensor('rapl')).toEqual({ gainRatio: 0.05, offsetWatts: 0, clockSeconds: 0.001 });
  expect(parseSensor('gain=0.5%')).toEqual({ ...calibrated, gainRatio: 0.005 });
  expect(parseSensor('ina3221, offset=2.5mW,clock=10ms')).toEqual({
    gainRatio: parseSensor('ina3221').gainRatio,
    offsetWatts: 0.0025,
    clockSeconds: 0.01,
  });
});

test.each(['', 'ina219', 'ina3221,rapl', 'gain=0.5', 'gain=%', 'noise=1%', 'gain=-1%'])(
  'not %j',
  (text) => {
    expect(() => parseSensor(text)).toThrow(`not '${text}'`);
  },
);
