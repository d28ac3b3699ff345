import { parseMeterAddress } from '@power-harness/exporter/meter-address';
import { EnergySourceError, UsageError } from '../errors.js';

export interface MeterAddress {
  host: string;
  port: number;
}

/** The meter that a command is about. @throws UsageError */
export function meterArgument(text: string): MeterAddress {
  const address = parseMeterAddress(text);
  if (address) return address;
  throw new UsageError(
    'METER_ADDRESS',
    `'${text}' is no HOST or HOST:PORT.`,
    'Such as powermeter.local:10000',
  );
}

export function silentMeter({ host, port }: MeterAddress, problem: string): EnergySourceError {
  return new EnergySourceError(
    'METER_SILENT',
    `Nothing comes from ${host}:${port}${problem ? `: ${problem}` : ''}.`,
    'Is the meter on, in this network, and is the address right?',
  );
}
