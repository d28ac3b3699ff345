import type { SensorUncertainty } from '../attribution/input.js';
import { sensorBudget } from '../energy/sensor-budget.js';
import { UsageError } from '../errors.js';

/** Sensors whose budget is known, as `--sensor` names them. */
const SENSORS = {
  'ina3221-calibrated': { source: 'meter', calibrated: true },
  ina3221: { source: 'meter', calibrated: false },
  rapl: { source: 'rapl' },
} as const;

const PAIRS = {
  gain: { key: 'gainRatio', pattern: /^(\d*\.?\d+)%$/, factor: 0.01, example: 'gain=0.5%' },
  offset: { key: 'offsetWatts', pattern: /^(\d*\.?\d+)mW$/, factor: 1e-3, example: 'offset=2mW' },
  clock: { key: 'clockSeconds', pattern: /^(\d*\.?\d+)ms$/, factor: 1e-3, example: 'clock=1ms' },
} as const;

/**
 * What a sensor can be wrong by, from such as `ina3221` or `ina3221-calibrated,gain=0.5%,offset=2mW,clock=1ms`: a
 * sensor, then its own figures where they are better known (one standard deviation each).
 * @throws UsageError
 */
export function parseSensor(text: string): SensorUncertainty {
  const items = text.split(',').map((item) => item.trim());
  const named = items.filter((item) => !item.includes('='));
  const { gain_ratio, offset_watts, clock_seconds } = sensorBudget([
    {
      node: '',
      ...(SENSORS[(named[0] ?? 'ina3221-calibrated') as keyof typeof SENSORS] ?? refuse(text)),
    },
  ]);
  if (named.length > 1) refuse(text);
  const sensor = { gainRatio: gain_ratio, offsetWatts: offset_watts, clockSeconds: clock_seconds };
  for (const item of items.filter((each) => !named.includes(each))) {
    const [name, value] = item.split('=', 2) as [string, string];
    const pair = PAIRS[name as keyof typeof PAIRS] ?? refuse(text);
    const [, digits] = pair.pattern.exec(value) ?? refuse(text);
    sensor[pair.key] = Number(digits) * pair.factor;
  }
  return sensor;
}

function refuse(text: string): never {
  const examples = Object.values(PAIRS).map(({ example }) => example);
  throw new UsageError(
    'FLAG_VALUE',
    `--sensor takes one of ${Object.keys(SENSORS).join(', ')} and pairs such as ${examples.join(', ')}, not '${text}'.`,
    `Such as --sensor ina3221,${examples.join(',')}`,
  );
}
