import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../bench/run-cli.js';
import { pinnedVersion } from '../tools/program.js';
import { resolveBenchOptions, resolveTarget, type TargetFlagValues } from './resolve-options.js';

const FLAGS: TargetFlagValues = {
  ...{ target: undefined, gateway: undefined, meters: undefined, node: undefined },
  ...{ load: undefined, 'load-node': undefined, 'load-parallelism': undefined },
  ...{ stack: undefined, prometheus: undefined, out: 'runs' },
  ...{ energy: 'twin', sysfs: '/nowhere', config: 'power-harness.yaml' },
};
const LAB = 'http://prometheus.lab:9090';

/** A config file whose target `lab` is in a cluster. */
function config(more: object): string {
  const lab = { gateway: 'http://gateway.lab:8080', context: 'lab', prometheus: LAB, ...more };
  const file = join(scratch(), 'config.yaml');
  writeFileSync(file, JSON.stringify({ targets: { lab } }));
  return file;
}

test.each([
  ['this machine: nowhere', {}, undefined],
  ['the flag', { prometheus: 'http://127.0.0.1:9090/' }, 'http://127.0.0.1:9090'],
  ['a target that only reads it', { target: 'lab', config: config({}) }, undefined],
  ["the target's own", { target: 'lab', config: config({ remote_write: true }) }, LAB],
  [
    'the flag before the target',
    { target: 'lab', config: config({ remote_write: true }), prometheus: 'http://other' },
    'http://other',
  ],
])('where a run is written to: %s', async (_, flags, url) => {
  const { prometheus } = await resolveTarget({ ...FLAGS, ...flags });
  expect(prometheus?.url).toBe(url);
});

test('remote_write needs an address', async () => {
  const file = config({ prometheus: undefined, remote_write: true });
  await expect(resolveTarget({ ...FLAGS, target: 'lab', config: file })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('prometheus') as string,
  });
});

const PINNED = `grafana/k6:${pinnedVersion('k6').slice(1)}`;

test.each([
  ['this machine, unless asked', {}, {}, false, { image: PINNED, parallelism: 1 }],
  [
    'the flag, and the gateway as pods see it',
    { load: 'in-cluster', 'load-node': 'a', 'load-parallelism': 2 },
    { namespaces: { platform: 'faas' } },
    true,
    { image: PINNED, gatewayUrl: 'http://gateway.faas.svc:8080', node: 'a', parallelism: 2 },
  ],
  [
    'what the target says',
    { load: 'in-cluster' },
    {
      load: {
        ...{ node: 'b', image: 'own/k6', gateway: 'http://faas', prometheus: 'http://prom' },
        ...{ parallelism: 3, starter_image: 'own/curl' },
      },
    },
    true,
    {
      ...{ node: 'b', image: 'own/k6', gatewayUrl: 'http://faas', prometheusUrl: 'http://prom' },
      ...{ parallelism: 3, starterImage: 'own/curl' },
    },
  ],
] as const)('where load comes from: %s', async (_, flags, entry, inCluster, load) => {
  const file = config(entry);
  const { target } = await resolveTarget({ ...FLAGS, target: 'lab', config: file, ...flags });
  expect(target.drivesLoad).toBe(inCluster);
  expect((target as unknown as { options: object }).options).toMatchObject({ load });
});

test('load from within a cluster takes one', async () => {
  const inCluster = { ...FLAGS, load: 'in-cluster' as const };
  for (const flags of [inCluster, { ...inCluster, gateway: 'http://127.0.0.1:8080' }])
    await expect(resolveTarget(flags)).rejects.toMatchObject({ code: 'LOAD_WITHOUT_CLUSTER' });
  for (const flags of [{ 'load-node': 'a' }, { 'load-parallelism': 2 }])
    await expect(resolveTarget({ ...FLAGS, ...flags })).rejects.toMatchObject({
      code: 'FLAGS_CLASH',
    });
});

test('cold starts are requested from here', async () => {
  const file = config({});
  const cold = { together: false, cold: true, precision: undefined, budget: undefined };
  const plan = { rate: undefined, duration: undefined, repetitions: undefined, idle: undefined };
  const more = { settle: undefined, warmup: undefined, seed: undefined, payload: undefined };
  const flags = {
    ...{ ...FLAGS, ...cold, ...plan, ...more, method: undefined, 'twin-options': undefined },
    ...{ target: 'lab', config: file },
  };
  await expect(resolveBenchOptions(['f'], { ...flags, load: 'in-cluster' })).rejects.toMatchObject({
    code: 'FLAGS_CLASH',
  });
  writeFileSync(file, readFileSync(file, 'utf8').replace(/}$/, ',"bench":{"load":"in-cluster"}}'));
  expect((await resolveTarget(flags)).target.drivesLoad).toBe(true);
  expect((await resolveBenchOptions(['f'], flags)).target.drivesLoad).toBe(false);
});
