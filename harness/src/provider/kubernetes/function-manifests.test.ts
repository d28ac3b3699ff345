import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FunctionDeployment } from '../backend.js';
import {
  deploymentManifest,
  serviceManifest,
  type FunctionIdentity,
  type ManifestOptions,
} from './function-manifests.js';
import { functionStatus } from './function-status.js';

const OPTIONS: ManifestOptions = {
  namespace: 'openfaas-fn',
  imagePullPolicy: 'IfNotPresent',
  upstreamTimeoutMs: 60_000,
  hasSleepHook: true,
};
const IDENTITY: FunctionIdentity = {
  id: 'one',
  replicas: 2,
  deployedAt: '2026-11-25T10:00:00.000Z',
  pullSecrets: new Set(),
};
const FULL: FunctionDeployment = {
  service: 'analyze-sentence',
  image: 'power-harness/analyze-sentence:latest',
  envProcess: 'node index.js',
  envVars: { COLOUR: 'blue' },
  constraints: ['kubernetes.io/hostname=worker2'],
  secrets: ['token', 'registry'],
  labels: { 'com.openfaas.scale.max': '4' },
  annotations: { description: 'words', 'power-harness.ready-path': '/ready' },
  limits: { memory: '128Mi', cpu: '500m' },
  requests: { memory: '64Mi' },
  readOnlyRootFilesystem: true,
};
const manifest = (deployment: FunctionDeployment, identity = IDENTITY, options = OPTIONS) =>
  deploymentManifest(deployment, identity, options);
const podOf = (deployment: FunctionDeployment) => manifest(deployment).spec!.template.spec!;

test('a Deployment and a Service, whole', async () => {
  const identity = { ...IDENTITY, pullSecrets: new Set(['registry']) };
  const both = [manifest(FULL, identity), serviceManifest(FULL.service, 'openfaas-fn')];
  await expect(JSON.stringify(both, null, 2) + '\n').toMatchFileSnapshot(
    'function-manifests.golden.json',
  );
});

test('whatever is deployed is read back', () => {
  const name = fc.stringMatching(/^[a-z][-a-z0-9]{0,20}[a-z0-9]$/);
  const texts = fc.dictionary(fc.stringMatching(/^[a-z_]{2,8}$/), fc.string(), { minKeys: 1 });
  const resources = fc.record(
    { memory: fc.constantFrom('64Mi', '1Gi'), cpu: fc.constantFrom('100m', '2') },
    { requiredKeys: ['memory'] },
  );
  const deployments = fc.record(
    {
      service: name,
      image: fc.constant('registry.lab/function:1'),
      envProcess: fc.constantFrom('node index.js', 'cat'),
      envVars: texts,
      constraints: fc.uniqueArray(fc.constantFrom('a=b', 'c/d=e', 'f='), { minLength: 1 }),
      secrets: fc.uniqueArray(name, { minLength: 1 }),
      labels: texts,
      annotations: texts,
      limits: resources,
      requests: resources,
      readOnlyRootFilesystem: fc.constant(true),
    },
    { requiredKeys: ['service', 'image'] },
  );
  fc.assert(
    fc.property(deployments, (deployment) => {
      const { service, ...rest } = deployment as FunctionDeployment;
      const made = manifest(deployment as FunctionDeployment);
      const counts = { invocationCount: 7, availableReplicas: 1 };
      expect(functionStatus(made, counts)).toEqual({
        ...rest,
        ...counts,
        name: service,
        namespace: 'openfaas-fn',
        replicas: 2,
        createdAt: '1970-01-01T00:00:00.000Z',
      });
    }),
  );
});

test("a pod's name is its replica's name, which no function can change", () => {
  const { containers } = podOf({ ...FULL, envVars: { REPLICA_NAME: 'mine', PORT: '9' } });
  const env = containers[0]!.env!;
  expect(env.filter((each) => each.name === 'REPLICA_NAME')).toEqual([
    { name: 'REPLICA_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ]);
  expect(env.find((each) => each.name === 'PORT')?.value).toBe('9');
});

test("a function's labels don't make it another's", () => {
  const { metadata, spec } = manifest({ ...FULL, labels: { faas_function: 'other' } });
  expect([metadata!.labels, spec!.template.metadata!.labels]).toEqual([
    { faas_function: 'analyze-sentence' },
    { faas_function: 'analyze-sentence' },
  ]);
});

test('a cluster without the hook is not sent it', () => {
  const { spec } = manifest(FULL, IDENTITY, { ...OPTIONS, hasSleepHook: false });
  expect(spec!.template.spec!.containers[0]!.lifecycle).toBeUndefined();
});

test('empty limits are none, as faas-cli sends them', () => {
  const { containers } = podOf({ ...FULL, limits: { memory: '', cpu: '' } });
  expect(containers[0]!.resources!.limits).toEqual({});
});

test.each([
  [{ service: 'Upper' }, "'Upper' can't be a function's name in Kubernetes"],
  [{ service: 'a.b' }, "'a.b' can't be a function's name"],
  [{ service: '7up' }, "'7up' can't be a function's name"],
  [{ limits: { memory: 'much' } }, 'limits.memory must be a quantity such as 128Mi or 500m'],
  [{ requests: { disk: '1' } }, 'requests.disk: there are memory and cpu'],
  [{ constraints: ['anywhere'] }, "constraint 'anywhere' can't be honoured"],
  [{ annotations: { 'power-harness.ready-timeout-seconds': 'soon' } }, 'must be seconds up to 600'],
])('%j is refused', (part, message) => {
  const make = () => manifest({ ...FULL, ...part } as FunctionDeployment);
  expect(make).toThrow(message);
  expect(make).toThrow(expect.objectContaining({ status: 400 }) as Error);
});
