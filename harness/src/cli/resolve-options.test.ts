import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../bench/run-cli.js';
import { resolveTarget, type TargetFlagValues } from './resolve-options.js';

const FLAGS: TargetFlagValues = {
  ...{ target: undefined, gateway: undefined, meters: undefined, node: undefined },
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
