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
