import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDatagram, encodeDatagram, encodeRequest, parseRequest } from './codec.js';

interface Vector {
  name: string;
  valid: boolean;
  hex: string;
  fields: Record<string, string | number | boolean>;
}

const here = import.meta.dirname;

function vectors(file: string): Vector[] {
  return JSON.parse(readFileSync(join(here, '../vectors', file), 'utf8')) as Vector[];
}

const FIELD_OF: Record<string, string> = {
  timestamp: 'timestampUs',
  energy_consumption: 'chargeMilliampereSeconds',
  current: 'currentMilliamperes',
  channel: 'channel',
  sequence: 'sequence',
  boot_id: 'bootId',
  lease_ms: 'leaseMs',
  bus_voltage_mv: 'busVoltageMillivolts',
  current_ua: 'currentMicroamperes',
  energy_uj: 'energyMicrojoules',
  energy_exported_uj: 'energyExportedMicrojoules',
  unix_time_us: 'unixTimeUs',
  time_sync_age_s: 'timeSyncAgeSeconds',
  samples: 'samples',
  flags: 'flags',
  missed_cycles: 'missedCycles',
  gap_us: 'gapUs',
  overrange_samples: 'overrangeSamples',
  shunt_uohm: 'shuntMicroohms',
  lifetime_energy_uj: 'lifetimeEnergyMicrojoules',
  sensor_errors: 'sensorErrors',
  offset_lsb256: 'offsetLsb256',
  challenge: 'challenge',
};

describe('vectors: requests', () => {
  test.each(vectors('requests.json'))('$name', ({ valid, hex, fields }) => {
    const request = parseRequest(Buffer.from(hex, 'hex'));
    if (!valid) {
      expect(request).toBeUndefined();
      return;
    }
    const { channel, version, lease_s = 0, interval_ms = 0, token = 0, cancel = false } = fields;
    const subscription = {
      version,
      leaseSeconds: lease_s,
      intervalMs: interval_ms,
      token,
      cancel,
      ...(fields['calibrate']
        ? {
            calibration: {
              shuntMicroohms: fields['shunt_uohm'] ?? 0,
              offsetLsb256: fields['offset_lsb256'] ?? 0,
            },
          }
        : {}),
    };
    expect(request).toEqual(version === undefined ? { channel } : { channel, subscription });
  });
});

describe('vectors: measurements', () => {
  test.each(vectors('measurements.json'))('$name', ({ valid, hex, fields }) => {
    const datagram = decodeDatagram(Buffer.from(hex, 'hex'));
    if (!valid) {
      expect(datagram).toBeUndefined();
      return;
    }
    const expected = Object.fromEntries(
      Object.entries(FIELD_OF).map(([field, name]) => [name, Number(fields[field] ?? 0)]),
    );
    expect(datagram).toEqual(expected);
  });

  test('what is encoded here has the bytes of the vectors, where no field is unknown', () => {
    for (const { hex, fields } of vectors('measurements.json').filter(
      ({ name, valid }) => valid && !name.includes('later version'),
    )) {
      const datagram = Object.fromEntries(
        Object.entries(fields).map(([field, value]) => [FIELD_OF[field]!, Number(value)]),
      );
      expect(Buffer.from(encodeDatagram(datagram)).toString('hex')).toBe(hex);
    }
  });
});

test('a request reads back, and an extended one is never shorter than a challenge', () => {
  const uint32 = fc.nat({ max: 0xffffffff });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.record(
        {
          version: uint32,
          leaseSeconds: uint32,
          intervalMs: uint32,
          token: uint32,
          cancel: fc.boolean(),
          calibration: fc.record({
            shuntMicroohms: uint32,
            offsetLsb256: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
          }),
        },
        { requiredKeys: ['version', 'leaseSeconds', 'intervalMs', 'token', 'cancel'] },
      ),
      (channel, subscription) => {
        const bytes = encodeRequest({ channel, subscription });
        expect(parseRequest(bytes)).toEqual({ channel, subscription });
        expect(bytes.length).toBeGreaterThanOrEqual(
          encodeDatagram({ challenge: 0xffffffff }).length,
        );
      },
    ),
  );
  expect(Buffer.from(encodeRequest({ channel: 6 })).toString()).toBe('6');
});

test('no bytes make either parser throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      parseRequest(bytes);
      decodeDatagram(bytes);
    }),
    { numRuns: 2000 },
  );
});

test('the generated code is that of the .proto', () => {
  const fresh = mkdtempSync(join(tmpdir(), 'proto-'));
  execFileSync(process.execPath, [join(here, '../generate.mjs'), fresh]);
  const committed = join(here, '../generated');
  expect(readdirSync(committed).sort()).toEqual(readdirSync(fresh).sort());
  for (const file of readdirSync(fresh)) {
    expect(readFileSync(join(fresh, file), 'utf8')).toBe(
      readFileSync(join(committed, file), 'utf8'),
    );
  }
});
