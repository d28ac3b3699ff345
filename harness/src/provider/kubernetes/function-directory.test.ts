import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { FunctionDirectory } from './function-directory.js';

const ID = 'power-harness.function-id';

const deployment = (uid: string): V1Deployment => ({
  metadata: { name: 'f', uid, annotations: { [ID]: uid } },
});
const pod = (name: string, { id = 'one', ready = true, leaving = false } = {}): V1Pod => ({
  metadata: {
    name,
    labels: { faas_function: 'f' },
    annotations: { [ID]: id },
    ...(leaving ? { deletionTimestamp: new Date() } : {}),
  },
  spec: { nodeName: 'worker', containers: [] },
  status: {
    podIP: '10.0.0.1',
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  },
});

function directory(...pods: V1Pod[]): FunctionDirectory {
  const made = new FunctionDirectory();
  made.sawDeployment(deployment('one'));
  pods.forEach((each) => made.sawPod(each));
  return made;
}

test('the ready pod with the least in flight is taken', () => {
  const functions = directory(pod('a'), pod('b'), pod('c', { ready: false }));
  const taken = Array.from({ length: 4 }, () => functions.take('f')!);
  expect(taken.map(({ name }) => name).sort()).toEqual(['a', 'a', 'b', 'b']);
  taken.filter(({ name }) => name === 'b').forEach((replica) => replica.release());
  expect(functions.take('f')!.name).toBe('b');
  expect(functions.invocationCount('f')).toBe(5);
  expect(functions.replicas().map((replica) => replica.status())).toMatchObject([
    { function: 'f', instance: 'a', node: 'worker', ready: true, requests: 2 },
    { function: 'f', instance: 'b', node: 'worker', ready: true, requests: 3 },
    { function: 'f', instance: 'c', node: 'worker', ready: false, requests: 0 },
  ]);
});

test('a pod that leaves, or is of a function that was removed, is not', () => {
  const functions = directory(pod('a'), pod('old', { id: 'before' }));
  functions.sawPod(pod('a', { leaving: true }));
  expect(functions.take('f')).toBeUndefined();
  expect(functions.replicas()).toHaveLength(1);
  functions.lostPod(pod('a'));
  expect(functions.replicas()).toEqual([]);
});

test('news of a function that was removed does not remove the one that took its name', () => {
  const functions = directory(pod('a'));
  functions.lostDeployment(deployment('before'));
  expect(functions.take('f')!.name).toBe('a');
  functions.lostDeployment(deployment('one'));
  expect(functions.take('f')).toBeUndefined();
  expect(functions.invocationCount('f')).toBe(0);
});

test('who waits is told of the first that is ready, of the end, or of the limit', async () => {
  const functions = directory(pod('a', { ready: false }));
  const ready = functions.untilReady('f', 5000);
  functions.sawPod(pod('a'));
  await ready;
  functions.sawPod(pod('a', { ready: false }));
  const gone = functions.untilReady('f', 5000);
  functions.lostDeployment(deployment('one'));
  await gone;
  functions.sawDeployment(deployment('one'));
  const start = performance.now();
  await functions.untilReady('f', 100);
  expect(performance.now() - start).toBeGreaterThan(95);
});

test('an IPv6 address', () => {
  const six = pod('a');
  six.status!.podIP = 'fd00::1';
  expect(directory(six).take('f')!.origin).toBe('http://[fd00::1]:8080');
});
