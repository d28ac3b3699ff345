import type { V1Job } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { labCluster } from '../lab-cluster.js';
import { LoadJob, removeLeftJobs } from './load-job.js';

const lab = labCluster();
const NAMESPACE = 'load';
const JOBS = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs/`;
const { signal } = new AbortController();

const jobs = () => [...lab.cluster.objects].filter(([path]) => path.startsWith(JOBS));

/** The pod of the only Job, as Kubernetes would make it. */
async function pod(status: object): Promise<void> {
  await expect.poll(() => jobs().length).toBe(1);
  const job = jobs()[0]![1].metadata!.name!;
  const labels = { 'batch.kubernetes.io/job-name': job };
  lab.cluster.pod(NAMESPACE, `${job}-x`, { metadata: { labels }, status });
}

function start(takesPods = true, stop = signal): Promise<LoadJob> {
  const node = { name: 'a', host: 'host-a', ready: true, takesPods, reason: '' };
  const namespaces = { namespace: NAMESPACE, functionsNamespace: 'openfaas-fn' };
  return LoadJob.start(lab.api, { ...namespaces, run: 'run-1', image: 'k6', node }, stop);
}

const RUNNING = { phase: 'Running', containerStatuses: [{ ready: true }] };

test('one pod on its node, that asks for little, may do nothing, and ends some day', async () => {
  const starting = start(false);
  await pod(RUNNING);
  const started = await starting;
  expect(started.pod).toBe(`${started.name}-x`);
  const { metadata, spec } = jobs()[0]![1] as unknown as V1Job;
  expect(metadata!.labels).toMatchObject({ 'power-harness.run': 'run-1' });
  expect(spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 86_400 });
  const { containers, ...more } = spec!.template.spec!;
  expect(more).toMatchObject({
    nodeSelector: { 'kubernetes.io/hostname': 'host-a' },
    tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true },
  });
  expect(containers[0]!.securityContext).toMatchObject({ readOnlyRootFilesystem: true });
  await started.remove();
  expect(jobs()).toEqual([]);
});

test.each([
  [
    'no image',
    { containerStatuses: [{ image: 'k6', state: { waiting: { reason: 'ImagePullBackOff' } } }] },
    /its image k6 can't be had/,
    /load\.image/,
  ],
  [
    'an image without a shell',
    {
      containerStatuses: [
        { state: { waiting: { reason: 'CreateContainerError', message: 'no sh' } } },
      ],
    },
    /no sh/,
    /describe pod/,
  ],
  [
    'an image whose shell does not start',
    {
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { reason: 'StartError', exitCode: 128 } } }],
    },
    /its container ended \(StartError, exit code 128\)/,
    /must have sh/,
  ],
])('a pod that never gets ready: %s; nothing is left', async (_, status, why, hint) => {
  const starting = start();
  starting.catch(() => undefined);
  await pod({ phase: 'Pending', ...status });
  await expect(starting).rejects.toMatchObject({
    code: 'LOAD_NOT_READY',
    message: expect.stringMatching(why) as string,
    hint: expect.stringMatching(hint) as string,
  });
  expect(jobs()).toEqual([]);
});

test('an abort while it starts leaves nothing', async () => {
  await expect(start(true, AbortSignal.timeout(300))).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
  expect(jobs()).toEqual([]);
});

test.each([
  [undefined, 'it is gone'],
  [{ phase: 'Failed', reason: 'Evicted', message: 'low on memory' }, 'Evicted: low on memory'],
  [
    {
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }],
    },
    'its container ended (OOMKilled, exit code 137)',
  ],
])('what became of its pod: %j', async (status, fate) => {
  const starting = start();
  await pod(RUNNING);
  const job = await starting;
  expect(await job.fate()).toBeUndefined();
  if (status) await pod(status);
  else lab.cluster.objects.delete(`/api/v1/namespaces/${NAMESPACE}/pods/${job.pod}`);
  expect(await job.fate()).toContain(fate);
});

test('what killed benches left is removed, of ours alone', async () => {
  const job = (name: string, functions: string) => {
    const labels = { 'power-harness.run': name, 'power-harness.functions': functions };
    lab.cluster.put(`${JOBS}${name}`, { metadata: { name, labels } });
  };
  job('killed', 'openfaas-fn');
  job('of-others', 'other-fn');
  expect(await removeLeftJobs(lab.api, NAMESPACE, 'openfaas-fn')).toEqual([
    "removed k6's pod, which the run killed had left when it was killed",
  ]);
  expect(jobs().map(([path]) => path)).toEqual([`${JOBS}of-others`]);
});
