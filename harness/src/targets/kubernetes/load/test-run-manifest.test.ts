import { expect, test } from 'vitest';
import type { K6Config } from '../../../load/k6-script.js';
import { configMapOf, type SharedLoad, testRunOf } from './test-run-manifest.js';

const call = {
  url: 'http://gateway/function/x',
  content_type: 'text/plain',
  call_id_prefix: 'x-1',
};
const CONFIG: K6Config = {
  request_timeout_seconds: 5,
  calls: {
    load1: { ...call, payload_file: '/tmp/a.json' },
    load2: { ...call, payload_file: null },
    load3: { ...call, payload_file: '/home/a.json' },
    load4: { ...call, payload_file: '/tmp/a.json' },
  },
  scenarios: { load1: { executor: 'constant-arrival-rate' } },
  thresholds: {},
};

function load(more: Partial<SharedLoad> = {}): SharedLoad {
  return {
    ...{ name: 'k6-1', namespace: 'power-harness', labels: { 'power-harness.run': 'r' } },
    ...{ runners: 3, image: 'k6' },
    node: { name: 'b.lab', host: 'b', ready: true, takesPods: true, reason: '' },
    config: CONFIG,
    payloads: new Map([
      ['/tmp/a.json', Buffer.from('{}')],
      ['/home/a.json', Buffer.from([0, 255])],
    ]),
    ...more,
  };
}

test('script, configuration and payloads, each payload once', () => {
  const { data, binaryData } = configMapOf(load());
  expect(Object.keys(data!)).toEqual(['script.js', 'load.json', 'k6']);
  expect(binaryData).toEqual({
    payload1: Buffer.from('{}').toString('base64'),
    payload2: Buffer.from([0, 255]).toString('base64'),
  });
  const { calls, scenarios } = JSON.parse(data!['load.json']!) as K6Config;
  expect(Object.values(calls).map(({ payload_file }) => payload_file)).toEqual([
    './payload1',
    null,
    './payload2',
    './payload1',
  ]);
  expect(scenarios).toEqual(CONFIG.scenarios);
});

test('more than a ConfigMap takes', () => {
  const payloads = (bytes: number) => new Map([['/tmp/a.json', Buffer.alloc(bytes)]]);
  expect(() => configMapOf(load({ payloads: payloads(1_000_000) }))).not.toThrow();
  expect(() => configMapOf(load({ payloads: payloads(1_048_000) }))).toThrow(
    expect.objectContaining({
      code: 'PAYLOADS_TOO_LARGE',
      hint: expect.stringContaining('--load-parallelism') as string,
    }),
  );
});

test('every pod on the one node, and none as root', () => {
  const node = { ...load().node, takesPods: false };
  const { spec } = testRunOf(load({ node }));
  expect(spec.parallelism).toBe(3);
  for (const pod of [spec.initializer, spec.starter, spec.runner]) {
    expect(pod).toMatchObject({
      nodeSelector: { 'kubernetes.io/hostname': 'b' },
      tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
      automountServiceAccountToken: 'false',
      securityContext: { runAsNonRoot: true },
    });
  }
});

test("the operator's own starter, unless there is another", () => {
  expect(testRunOf(load()).spec.starter.image).toBeUndefined();
  expect(testRunOf(load({ starterImage: 'own/curl' })).spec.starter.image).toBe('own/curl');
});

test('rows to a file, and what is live beside them', () => {
  expect(testRunOf(load()).spec.arguments).toBe('--no-color --out csv=requests.csv.gz');
  const live = {
    ...{ name: 'experimental-prometheus-rw', environment: {} },
    tags: { run: 'r', target: 'kind' },
  };
  expect(testRunOf(load({ live })).spec.arguments).toBe(
    '--no-color --out csv=requests.csv.gz --out experimental-prometheus-rw --tag run=r --tag target=kind',
  );
});

test('the holder is found before k6, and may be run', () => {
  const { env, volumes, volumeMounts } = testRunOf(load()).spec.runner;
  const path = env!.find(({ name }) => name === 'PATH')!.value!.split(':');
  const mount = (volumeMounts as { name: string; mountPath: string }[]).find(
    ({ mountPath }) => mountPath === path[0],
  )!;
  expect(volumes).toContainEqual({
    name: mount.name,
    configMap: { name: 'k6-1', items: [{ key: 'k6', path: 'k6', mode: 0o555 }] },
  });
  expect(env).toContainEqual({ name: 'K6_LOG_FORMAT', value: 'json' });
});
