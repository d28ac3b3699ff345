import { expect, test } from 'vitest';
import { metersOfEnvironment } from './first-generation-environment.js';
import { onlyNode, parseMetersFile } from './meters-file.js';

const YAML = `meters:
  - name: lab-\${SITE}
    address: "\${METER:-powermeter.local}:10001"
    interval_ms: \${INTERVAL:-200}
    channels:
      1: { node: "\${NODE_NAME}" }
      2: { node: other }
`;

test('environment variables stand for values, with what they are otherwise', () => {
  const { meters } = parseMetersFile(YAML, 'meters.yaml', { SITE: 'a b: c', NODE_NAME: '007' });
  expect(meters).toEqual([
    {
      name: 'lab-a b: c',
      source: 'meter',
      host: 'powermeter.local',
      port: 10_001,
      intervalMs: 200,
      channels: [
        { channel: 1, node: '007' },
        { channel: 2, node: 'other' },
      ],
    },
  ]);
  const other = parseMetersFile(YAML, 'f', {
    SITE: 's',
    NODE_NAME: 'n',
    METER: '[::1]',
    INTERVAL: '50',
  });
  expect(other.meters[0]!.intervalMs).toBe(50);
});

test('a variable that is not set is named with its line', () => {
  expect(() => parseMetersFile(YAML, 'meters.yaml', { SITE: 'x' })).toThrow(
    'meters.yaml:6: the environment variable NODE_NAME is not set',
  );
});

test('a variable can not change what the file is', () => {
  const environment = { SITE: '", address: evil', NODE_NAME: 'n' };
  expect(parseMetersFile(YAML, 'f', environment).meters[0]!.name).toBe('lab-", address: evil');
  expect(() =>
    parseMetersFile(YAML, 'f', { SITE: 's', NODE_NAME: 'n', INTERVAL: '{ a: 1 }' }),
  ).toThrow('meters.0.interval_ms must be integer');
});

test('one file serves every node', () => {
  const file = parseMetersFile(YAML, 'f', { SITE: 's', NODE_NAME: 'n' });
  expect(onlyNode(file, 'other').meters.map(({ channels }) => channels)).toEqual([
    [{ channel: 2, node: 'other' }],
  ]);
  expect(onlyNode(file, 'nobody').meters).toEqual([]);
});

test("the first generation's environment names one channel", () => {
  const names = { POWERMETER_SERVER_IP: '10.0.0.7', POWERMETER_SERVER_PORT: '10002' };
  expect(metersOfEnvironment({ ...names, INA3221_CHANNEL: '6', NODE_NAME: 'jetson' })).toEqual({
    meters: [
      {
        name: 'power-meter',
        source: 'meter',
        host: '10.0.0.7',
        port: 10_002,
        intervalMs: 100,
        channels: [{ channel: 6, node: 'jetson' }],
      },
    ],
  });
  expect(metersOfEnvironment({})).toBeUndefined();
  expect(() => metersOfEnvironment({ ...names, INA3221_CHANNEL: '7' })).toThrow(
    "INA3221_CHANNEL takes a whole number from 1 to 6, not '7'",
  );
});

const metersOf = (text: string) => parseMetersFile(`meters:\n${text}`, 'meters.yaml').meters;

test("sensors of the exporter's own machine stand in a meter's place", () => {
  expect(
    metersOf(`  - { name: a, source: rapl, channels: { 1: { node: laptop, zones: [psys] } } }
  - { name: b, source: hwmon, interval_ms: 20, channels: { 1: { node: jetson, rail: VDD_IN } } }`),
  ).toEqual([
    {
      name: 'a',
      source: 'rapl',
      intervalMs: 100,
      channels: [{ channel: 1, node: 'laptop', zones: ['psys'] }],
    },
    {
      name: 'b',
      source: 'hwmon',
      intervalMs: 20,
      channels: [{ channel: 1, node: 'jetson', rail: 'VDD_IN' }],
    },
  ]);
});

test('what a meter of the first generation reads wrong', () => {
  const channels =
    '{ 1: { node: a, shunt_uohm: 50000 }, 2: { node: b, gain: 1.02, offset_ua: 80 } }';
  const [meter] = metersOf(`  - { name: a, address: b, channels: ${channels} }`);
  expect(meter!.channels.map(({ correction }) => correction)).toEqual([
    { shuntMicroohms: 50_000, gain: 1, offsetMicroamperes: 0 },
    { shuntMicroohms: 100_000, gain: 1.02, offsetMicroamperes: 80 },
  ]);
});

test.each([
  [
    'source: usb, channels: { 1: { node: a } }',
    'source must be equal to one of the allowed values',
  ],
  ['source: rapl, address: b, channels: { 1: { node: a } }', 'address is no known field'],
  ['source: hwmon, channels: { 1: { node: a } }', "1 must have required property 'rail'"],
  ['source: rapl, channels: { 1: { node: a, rail: b } }', 'rail is no known field'],
  ['source: rapl, channels: { 1: { node: a, gain: 1 } }', 'gain is no known field'],
  ['channels: { 1: { node: a } }', "must have required property 'address'"],
  ['address: b, channels: { 1: { node: a, gain: 3 } }', '1.gain must be <= 2'],
  ['address: b, channels: { 1: { node: a, rail: b } }', 'rail is no known field'],
])('%s', (fields, message) => {
  expect(() => metersOf(`  - { name: a, ${fields} }`)).toThrow(message);
  expect(() => metersOf(`  - { name: a, ${fields} }`)).toThrow(/^meters\.yaml:2: meters\.0/);
});
