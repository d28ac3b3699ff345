import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  deploymentManifest,
  serviceManifest,
} from '../harness/src/provider/kubernetes/function-manifests.js';
import { hasKustomize, kustomize, schemaErrors, type Manifest } from './manifests.js';

const PROVIDER = join(import.meta.dirname, 'openfaas/provider');

interface Container {
  args: string[];
  securityContext: object;
  volumeMounts: { name: string; readOnly: boolean }[];
}

test('what a function becomes is what Kubernetes takes', () => {
  const full = {
    service: 'sleep',
    image: 'power-harness/sleep:latest',
    envProcess: 'node',
    constraints: ['kubernetes.io/hostname=worker2'],
    secrets: ['token', 'registry'],
    limits: { memory: '64Mi', cpu: '1' },
    readOnlyRootFilesystem: true,
  };
  const identity = {
    id: 'one',
    replicas: 1,
    deployedAt: '2026-11-25T10:00:00Z',
    pullSecrets: new Set(['registry']),
  };
  const options = {
    namespace: 'openfaas-fn',
    imagePullPolicy: 'IfNotPresent',
    upstreamTimeoutMs: 60_000,
    hasSleepHook: true,
  };
  const manifests = [
    deploymentManifest(full, identity, options),
    serviceManifest('sleep', 'openfaas-fn'),
  ];
  expect(manifests.flatMap((each) => schemaErrors(each as unknown as Manifest))).toEqual([]);
});

const title = hasKustomize ? '' : ' (skipped: neither kubectl nor kustomize)';
describe.skipIf(!hasKustomize)(`the provider's manifests${title}`, () => {
  const all = hasKustomize ? kustomize(PROVIDER) : [];
  const of = (kind: string) => all.find((each) => each.kind === kind)!;

  test('are what Kubernetes takes', () => {
    expect(all.flatMap(schemaErrors)).toEqual([]);
  });

  test('give rights in the namespace of the functions, each by name', () => {
    expect(all.map(({ kind }) => kind).filter((kind) => kind.startsWith('Cluster'))).toEqual([]);
    const { rules } = of('Role') as unknown as { rules: Record<string, string[]>[] };
    expect(of('Role').metadata.namespace).toBe('openfaas-fn');
    expect(rules.flatMap((rule) => Object.values(rule).flat())).not.toContain('*');
    expect(of('RoleBinding')).toMatchObject({
      metadata: { namespace: 'openfaas-fn' },
      roleRef: { name: of('Role').metadata.name },
      subjects: [{ name: of('ServiceAccount').metadata.name, namespace: 'openfaas' }],
    });
  });

  test('hold to the Pod Security Standard restricted, and ask for a password', () => {
    const { spec } = of('Deployment') as unknown as {
      spec: { template: { metadata: { labels: object }; spec: { containers: Container[] } } };
    };
    const [container] = spec.template.spec.containers;
    expect(spec.template.spec).toMatchObject({
      serviceAccountName: of('ServiceAccount').metadata.name,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container!.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container!.args).toContain('--basic-auth-dir=/var/secrets');
    expect(container!.volumeMounts).toEqual([
      { name: 'credentials', mountPath: '/var/secrets', readOnly: true },
    ]);
    const { labels } = spec.template.metadata;
    expect(of('Service')['spec']).toMatchObject({ selector: labels });
    expect(of('NetworkPolicy')['spec']).toMatchObject({ podSelector: { matchLabels: labels } });
  });
});
