import type { MeterDatagram } from '@power-harness/proto/codec';

/** Full scale of an INA3221: 163.8 mV over the shunt, 26 V on the bus (TI SBOS576C, 6.3 and 6.5). */
const SHUNT_VOLTS = 0.1638;
const BUS_VOLTS = 26;
const DEFAULT_SHUNT_OHMS = 0.1;
/** A shunt below this is none that anyone measures with. */
const LEAST_SHUNT_OHMS = 0.001;
/** Rounding and the clock's own error. */
const MARGIN = 1.05;
const SLACK_SECONDS = 1;

export type InvalidReason =
  'malformed' | 'no_timestamp' | 'not_finite' | 'negative' | 'step' | 'channel' | 'contradiction';

interface Previous {
  timestampUs: number;
  chargeMilliampereSeconds: number;
  energyMicrojoules: number;
}

/**
 * Why a measurement can't be true, or undefined. Every empty and some random datagrams decode.
 * @param previous - the last one of the same boot
 */
export function implausible(
  datagram: MeterDatagram,
  channel: number,
  previous: Previous | undefined,
): InvalidReason | undefined {
  const { timestampUs, chargeMilliampereSeconds, currentMilliamperes, energyMicrojoules } =
    datagram;
  if (!(timestampUs > 0)) return 'no_timestamp';
  const values = [timestampUs, chargeMilliampereSeconds, currentMilliamperes, energyMicrojoules];
  if (values.some((value) => !Number.isFinite(value) || value > Number.MAX_SAFE_INTEGER)) {
    return 'not_finite';
  }
  if (chargeMilliampereSeconds < 0 || energyMicrojoules < 0) return 'negative';
  if (datagram.channel !== 0 && datagram.channel !== channel) return 'channel';
  const shuntOhms = Math.max(LEAST_SHUNT_OHMS, datagram.shuntMicroohms / 1e6 || DEFAULT_SHUNT_OHMS);
  const amperes = (SHUNT_VOLTS / shuntOhms) * MARGIN;
  const since = previous ?? { timestampUs: 0, chargeMilliampereSeconds: 0, energyMicrojoules: 0 };
  const seconds = (timestampUs - since.timestampUs) / 1e6 + SLACK_SECONDS;
  const coulombs = (chargeMilliampereSeconds - since.chargeMilliampereSeconds) / 1000;
  const joules = (energyMicrojoules - since.energyMicrojoules) / 1e6;
  if (coulombs > amperes * seconds || joules > amperes * BUS_VOLTS * seconds) return 'step';
  return undefined;
}
