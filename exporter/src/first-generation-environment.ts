import { ConfigError } from './config-error.js';
import type { Environment } from './environment-variables.js';
import { DEFAULT_METER_PORT } from './meter-address.js';
import type { MetersFile } from './meters-file.js';

const INTERVAL_MS = 100;

/**
 * The one channel that the first generation's client was told of by environment variables, so that its deployments go
 * on; undefined where they are not set.
 * @throws ConfigError
 */
export function metersOfEnvironment(environment: Environment): MetersFile | undefined {
  const host = environment['POWERMETER_SERVER_IP'];
  if (!host) return undefined;
  const port = number(environment, 'POWERMETER_SERVER_PORT', DEFAULT_METER_PORT, 65_535);
  const channel = number(environment, 'INA3221_CHANNEL', 1, 6);
  const volts = environment['POWERMETER_SUPPLY_VOLTS'];
  return {
    meters: [
      {
        name: 'power-meter',
        source: 'meter',
        host,
        port,
        intervalMs: INTERVAL_MS,
        channels: [{ channel, node: environment['NODE_NAME'] ?? 'node' }],
        ...(volts === undefined ? {} : { supplyVolts: supplyVolts(volts) }),
      },
    ],
  };
}

function number(environment: Environment, name: string, absent: number, max: number): number {
  const text = environment[name];
  if (text === undefined) return absent;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new ConfigError(`${name} takes a whole number from 1 to ${max}, not '${text}'`);
}

function supplyVolts(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 26) return value;
  throw new ConfigError(`POWERMETER_SUPPLY_VOLTS takes volts up to 26, not '${text}'`);
}
