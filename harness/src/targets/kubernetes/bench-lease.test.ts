import { expect, test } from 'vitest';
import { BenchLease } from './bench-lease.js';
import { labCluster } from './lab-cluster.js';

const lab = labCluster();
const { signal } = new AbortController();
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/fn/leases/power-harness-bench';

function take(run: string): Promise<BenchLease> {
  return BenchLease.take(lab.api, 'fn', run, signal, 0.1);
}

test('of two benches at once one gets it, and the other is told who has it', async () => {
  const outcomes = await Promise.allSettled([take('run-1'), take('run-2')]);
  const [won] = outcomes.filter(({ status }) => status === 'fulfilled');
  const [lost] = outcomes.filter(({ status }) => status === 'rejected');
  expect(lost).toMatchObject({
    reason: {
      code: 'TARGET_BUSY',
      exitCode: 5,
      message: expect.stringMatching(/process \d+, run run-[12], since 20/) as string,
    },
  });
  const lease = (won as PromiseFulfilledResult<BenchLease>).value;
  expect(await BenchLease.holder(lab.api, 'fn')).toMatchObject({ live: true });
  await lease.release();
  expect(await BenchLease.holder(lab.api, 'fn')).toBeUndefined();
  await (await take('run-3')).release();
});

test('it is renewed while it is held', async () => {
  const lease = await take('run-1');
  await new Promise((resolve) => setTimeout(resolve, 600));
  await expect(take('run-2')).rejects.toThrow('run run-1');
  await lease.release();
});

test('that of a killed bench runs out, and is taken over', async () => {
  const killed = await take('run-1');
  const left = lab.cluster.objects.get(LEASE)!;
  await killed.release();
  lab.cluster.put(LEASE, left);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(await BenchLease.holder(lab.api, 'fn')).toMatchObject({ live: false });
  const lease = await take('run-2');
  expect(lab.cluster.objects.get(LEASE)!.metadata!.labels).toEqual({
    'power-harness.run': 'run-2',
  });
  await lease.release();
});

test('one that looks old but is renewed (clocks differ) is not taken over', async () => {
  const held = await take('run-1');
  const looksOld = setInterval(() => {
    const { spec, ...lease } = lab.cluster.objects.get(LEASE)!;
    lab.cluster.put(LEASE, {
      ...lease,
      spec: { ...(spec as object), renewTime: '2020-01-01T00:00:00.000000Z' },
    });
  }, 20);
  await new Promise((resolve) => setTimeout(resolve, 40));
  await expect(take('run-2')).rejects.toMatchObject({ code: 'TARGET_BUSY' });
  clearInterval(looksOld);
  await held.release().catch(() => undefined);
});

test('who loses it is told so', async () => {
  const lease = await take('run-1');
  const { spec, ...rest } = lab.cluster.objects.get(LEASE)!;
  lab.cluster.put(LEASE, {
    ...rest,
    spec: { ...(spec as object), holderIdentity: 'someone else' },
  });
  expect((await lease.lost).message).toContain('someone else');
  await lease.release().catch(() => undefined);
});

test('a cluster that is gone for too long loses it as well', async () => {
  const lease = await take('run-1');
  lab.cluster.close();
  expect((await lease.lost).message).toMatch(/could not be renewed for 0.3/);
  await lease.release().catch(() => undefined);
});
