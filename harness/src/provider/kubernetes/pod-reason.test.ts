import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { whyNotReady } from './pod-reason.js';

const container = (status: object) => ({
  containerStatuses: [
    { name: 'f', image: 'f', imageID: '', ready: false, restartCount: 0, ...status },
  ],
});

test.each<[string, V1Pod, string | undefined]>([
  [
    'no node has room',
    {
      status: {
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/3 nodes are available: 3 Insufficient memory.',
          },
        ],
      },
    },
    'Unschedulable: 0/3 nodes are available: 3 Insufficient memory.',
  ],
  [
    'an image that is not there',
    {
      status: container({
        state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } },
      }),
    },
    'ImagePullBackOff: Back-off pulling image "x"',
  ],
  [
    'a crash at each start',
    {
      status: container({
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      }),
    },
    'CrashLoopBackOff: ended with exit code 137 (OOMKilled)',
  ],
  [
    'ended just now',
    { status: container({ state: { terminated: { exitCode: 3, reason: 'Error' } } }) },
    'ended with exit code 3 (Error)',
  ],
  ['starting', { status: container({ state: { running: {} } }) }, 'runs, but is not ready yet'],
  [
    'starting again',
    {
      status: container({
        state: { running: {} },
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      }),
    },
    'runs, but is not ready yet; before that it ended with exit code 1 (Error)',
  ],
  [
    'evicted',
    { status: { phase: 'Failed', reason: 'Evicted', message: 'low on memory' } },
    'Evicted: low on memory',
  ],
  ['new', {}, 'is not on a node yet'],
  ['ready', { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, undefined],
  [
    'ready, but leaving',
    {
      metadata: { deletionTimestamp: new Date() },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    },
    'is being removed',
  ],
])('%s', (_, pod, reason) => {
  expect(whyNotReady(pod)).toBe(reason);
});
