import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CHANNELS,
  decodeDatagram,
  encodeDatagram,
  encodeRequest,
  type MeterDatagram,
  parseRequest,
} from './codec.js';

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

const count32 = fc.nat({ max: 0xffffffff });
const count64 = fc.maxSafeNat();
const signed32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });

test('a request reads back, and an extended one is never shorter than a challenge', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.record(
        {
          version: count32,
          leaseSeconds: count32,
          intervalMs: count32,
          token: count32,
          cancel: fc.boolean(),
          calibration: fc.record({
            shuntMicroohms: count32,
            offsetLsb256: signed32,
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

const anyDatagram: fc.Arbitrary<MeterDatagram> = fc.record({
  timestampUs: count64,
  chargeMilliampereSeconds: fc.double(),
  currentMilliamperes: fc.float(),
  channel: count32,
  sequence: count32,
  bootId: count32,
  leaseMs: count32,
  busVoltageMillivolts: count32,
  currentMicroamperes: signed32,
  energyMicrojoules: count64,
  energyExportedMicrojoules: count64,
  unixTimeUs: count64,
  timeSyncAgeSeconds: count32,
  samples: count64,
  flags: count32,
  missedCycles: count32,
  gapUs: count64,
  overrangeSamples: count32,
  shuntMicroohms: count32,
  lifetimeEnergyMicrojoules: count64,
  sensorErrors: count32,
  offsetLsb256: signed32,
  challenge: count32,
});

test('a datagram reads back', () => {
  fc.assert(
    fc.property(anyDatagram, (datagram) => {
      expect(decodeDatagram(encodeDatagram(datagram))).toEqual(datagram);
    }),
  );
});

/** A datagram with some of its bytes changed, and its end cut off. */
const damagedDatagram = fc
  .tuple(anyDatagram, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat())
  .map(([datagram, changes, length]) => {
    const bytes = encodeDatagram(datagram);
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return bytes.subarray(0, length % (bytes.length + 1));
  });

const asRequest = fc
  .tuple(fc.constantFrom('1\0', '06\0', '3\0\x32'), fc.uint8Array({ maxLength: 60 }))
  .map(([head, rest]) => Buffer.concat([Buffer.from(head, 'latin1'), rest]));

test('no bytes make either parser throw; what they give is complete', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 300 }), damagedDatagram, asRequest),
      (bytes) => {
        const request = parseRequest(bytes);
        if (request) expect(request.channel).toSatisfy((n: number) => n >= 1 && n <= CHANNELS);
        const datagram = decodeDatagram(bytes);
        if (datagram) {
          expect(Object.keys(datagram).sort()).toEqual(Object.values(FIELD_OF).sort());
          expect(Object.values(datagram).every((value) => typeof value === 'number')).toBe(true);
        }
      },
    ),
    { numRuns: 5000 },
  );
});

test.each(['request', 'measurement'])('what the fuzzer of the %s found does not throw', (name) => {
  const corpus = join(here, '../../firmware/fuzz/corpus', name);
  const files = readdirSync(corpus);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const bytes = readFileSync(join(corpus, file));
    parseRequest(bytes);
    decodeDatagram(bytes.subarray(1));
  }
});

test('a request longer than a meter reads is none', () => {
  const head = Buffer.from('1\0', 'latin1');
  expect(parseRequest(Buffer.concat([head, paddingOf(510)]))).toBeDefined();
  expect(parseRequest(Buffer.concat([head, paddingOf(511)]))).toBeUndefined();
});

/** A padding field that takes `length` bytes. */
function paddingOf(length: number): Buffer {
  const content = length - 3;
  return Buffer.concat([
    Buffer.of((15 << 3) | 2, (content & 0x7f) | 0x80, content >> 7),
    Buffer.alloc(content),
  ]);
}

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
