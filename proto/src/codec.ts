import { power_measurement, subscribe } from '../generated/power_measurement.js';

/** Bits of `MeterDatagram.flags`. */
export const FLAGS = {
  overrange: 1,
  gap: 2,
  sensorOffline: 4,
  reversed: 8,
  critical: 16,
  warning: 32,
  calibrated: 64,
  calibrationOpen: 128,
} as const;

export const CHANNELS = 6;

/** How a channel reads its sensor. */
export interface Calibration {
  /** With the gain folded in; 0: back to what the meter is configured to. */
  shuntMicroohms: number;
  /** What the sensor reads at no current, in 1/256 of 40 µV. */
  offsetLsb256: number;
}

/** How an extended request asks for a stream; 0 leaves a value to the meter. */
export interface Subscription {
  version: number;
  leaseSeconds: number;
  intervalMs: number;
  /** The challenge, echoed; 0 before one has come. */
  token: number;
  cancel: boolean;
  /** The channel's from now on, where the meter allows it. */
  calibration?: Calibration;
}

export interface MeterRequest {
  channel: number;
  /** Absent in requests of the first protocol. */
  subscription?: Subscription;
}

/**
 * One datagram of a meter. Integers of 64 bits come as numbers, exact up to 2^53: 285 years of microseconds,
 * 9 GJ. 0 stands for absent, as in the wire format.
 */
export interface MeterDatagram {
  /** Since the meter's boot. */
  timestampUs: number;
  /** In mAs, since boot. */
  chargeMilliampereSeconds: number;
  currentMilliamperes: number;
  channel: number;
  sequence: number;
  bootId: number;
  leaseMs: number;
  busVoltageMillivolts: number;
  currentMicroamperes: number;
  energyMicrojoules: number;
  energyExportedMicrojoules: number;
  unixTimeUs: number;
  timeSyncAgeSeconds: number;
  samples: number;
  flags: number;
  missedCycles: number;
  gapUs: number;
  overrangeSamples: number;
  shuntMicroohms: number;
  lifetimeEnergyMicrojoules: number;
  sensorErrors: number;
  /** What the sensor is taken to read at no current, in 1/256 of 40 µV. */
  offsetLsb256: number;
  /** Alone in its datagram; 0 in a measurement. */
  challenge: number;
}

/** A request as long as a challenge's answer needs: a meter never answers an unknown sender with more. */
const LEAST_REQUEST_BYTES = 32;

/** Of the largest datagram that a meter takes for a request. */
const MOST_REQUEST_BYTES = 512;

const FIELD = {
  timestampUs: 'timestamp',
  chargeMilliampereSeconds: 'energy_consumption',
  currentMilliamperes: 'current',
  channel: 'channel',
  sequence: 'sequence',
  bootId: 'boot_id',
  leaseMs: 'lease_ms',
  busVoltageMillivolts: 'bus_voltage_mv',
  currentMicroamperes: 'current_ua',
  energyMicrojoules: 'energy_uj',
  energyExportedMicrojoules: 'energy_exported_uj',
  unixTimeUs: 'unix_time_us',
  timeSyncAgeSeconds: 'time_sync_age_s',
  samples: 'samples',
  flags: 'flags',
  missedCycles: 'missed_cycles',
  gapUs: 'gap_us',
  overrangeSamples: 'overrange_samples',
  shuntMicroohms: 'shunt_uohm',
  lifetimeEnergyMicrojoules: 'lifetime_energy_uj',
  sensorErrors: 'sensor_errors',
  offsetLsb256: 'offset_lsb256',
  challenge: 'challenge',
} as const satisfies Record<keyof MeterDatagram, string>;

const NAMES = Object.entries(FIELD) as [keyof MeterDatagram, (typeof FIELD)[keyof MeterDatagram]][];

/** The bytes of a request: `"N"` of the first protocol, or `"N\0"` and a padded `subscribe`. */
export function encodeRequest({ channel, subscription }: MeterRequest): Uint8Array {
  const head = Buffer.from(String(channel), 'ascii');
  if (!subscription) return head;
  const message = {
    version: subscription.version,
    lease_s: subscription.leaseSeconds,
    interval_ms: subscription.intervalMs,
    token: subscription.token,
    cancel: subscription.cancel,
    ...(subscription.calibration
      ? { calibration: calibrationMessage(subscription.calibration) }
      : {}),
  };
  const bare = subscribe.encode(subscribe.create(message)).finish();
  const missing = LEAST_REQUEST_BYTES - head.length - 1 - bare.length - 2;
  const padding = new Uint8Array(Math.max(0, missing));
  const body = subscribe.encode(subscribe.create({ ...message, padding })).finish();
  return Buffer.concat([head, Buffer.of(0), body]);
}

function calibrationMessage({ shuntMicroohms, offsetLsb256 }: Calibration) {
  return { shunt_uohm: shuntMicroohms, offset_lsb256: offsetLsb256 };
}

/** A request, or undefined where a meter would count it as invalid and not answer. */
export function parseRequest(bytes: Uint8Array): MeterRequest | undefined {
  if (bytes.length > MOST_REQUEST_BYTES) return undefined;
  const digits = /^(\d{1,3})(?:$|[\0\r\n])/.exec(
    Buffer.from(bytes.subarray(0, 4)).toString('latin1'),
  );
  const channel = Number(digits?.[1]);
  if (!digits || channel < 1 || channel > CHANNELS) return undefined;
  const head = digits[1]!.length;
  if (bytes[head] !== 0 || bytes.length === head + 1) return { channel };
  try {
    const { version, lease_s, interval_ms, token, cancel, calibration } = subscribe.decode(
      bytes.subarray(head + 1),
    );
    return {
      channel,
      subscription: {
        version,
        leaseSeconds: lease_s,
        intervalMs: interval_ms,
        token,
        cancel,
        ...(calibration
          ? {
              calibration: {
                shuntMicroohms: calibration.shunt_uohm ?? 0,
                offsetLsb256: calibration.offset_lsb256 ?? 0,
              },
            }
          : {}),
      },
    };
  } catch {
    return undefined;
  }
}

export function encodeDatagram(datagram: Partial<MeterDatagram>): Uint8Array {
  const message = Object.fromEntries(
    NAMES.filter(([name]) => datagram[name] !== undefined).map(([name, field]) => [
      field,
      datagram[name],
    ]),
  );
  return power_measurement.encode(power_measurement.create(message)).finish();
}

/** A field of 64 bits, which the library keeps as two halves; Number() of them would go by their decimal text. */
const fromHalves = (value: number | { toNumber(): number }) =>
  typeof value === 'number' ? value : value.toNumber();

/** A datagram, or undefined where the bytes are no `power_measurement`. Plausible it need not be. */
export function decodeDatagram(bytes: Uint8Array): MeterDatagram | undefined {
  try {
    const message = power_measurement.decode(bytes);
    // Written out, not by a loop over FIELD: that takes four times as long, for every datagram.
    return {
      timestampUs: fromHalves(message.timestamp),
      chargeMilliampereSeconds: message.energy_consumption,
      currentMilliamperes: message.current,
      channel: message.channel,
      sequence: message.sequence,
      bootId: message.boot_id,
      leaseMs: message.lease_ms,
      busVoltageMillivolts: message.bus_voltage_mv,
      currentMicroamperes: message.current_ua,
      energyMicrojoules: fromHalves(message.energy_uj),
      energyExportedMicrojoules: fromHalves(message.energy_exported_uj),
      unixTimeUs: fromHalves(message.unix_time_us),
      timeSyncAgeSeconds: message.time_sync_age_s,
      samples: fromHalves(message.samples),
      flags: message.flags,
      missedCycles: message.missed_cycles,
      gapUs: fromHalves(message.gap_us),
      overrangeSamples: message.overrange_samples,
      shuntMicroohms: message.shunt_uohm,
      lifetimeEnergyMicrojoules: fromHalves(message.lifetime_energy_uj),
      sensorErrors: message.sensor_errors,
      offsetLsb256: message.offset_lsb256,
      challenge: message.challenge,
    };
  } catch {
    return undefined;
  }
}
