import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onlyNode, parseMetersFile } from '@power-harness/exporter/meters-file';
import { parse, stringify } from 'yaml';
import { hasKustomize, kustomize, manifestsOf, schemaErrors, type Manifest } from './manifests.js';

const DEPLOY = join(import.meta.dirname, '../exporter/deploy');
const RULES = join(import.meta.dirname, '../exporter/rules/power-meter.rules.yml');
const FOLDERS = ['base', 'overlays/dummy', 'overlays/lrz'];

interface Container {
  name: string;
  image: string;
  args: string[];
  ports?: { name: string }[];
  securityContext?: object;
}

interface Workload extends Manifest {
  spec: {
    selector: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string> };
      spec: { containers: Container[]; securityContext: object; hostNetwork?: boolean };
    };
  };
}

const manifests = (folder: string) => kustomize(join(DEPLOY, folder));
const workloads = (all: Manifest[]) =>
  all.filter(({ kind }) => ['DaemonSet', 'Deployment'].includes(kind)) as Workload[];
const named = (all: Manifest[], kind: string, name: string) =>
  all.find((each) => each.kind === kind && each.metadata.name === name)!;
const matches = (selector: Record<string, string>, labels: Record<string, string> = {}) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

test('what Kubernetes would not take is found', () => {
  const [broken] = manifestsOf(`apiVersion: apps/v1
kind: DaemonSet
metadata: { name: x }
spec:
  selector: {}
  template: { spec: { containers: [{ name: a, imag: b, ports: [{ containerPort: many }] }] } }
`);
  expect(schemaErrors(broken!)).toEqual([
    'apps/v1/DaemonSet x/spec/template/spec/containers/0 must NOT have additional properties imag',
    'apps/v1/DaemonSet x/spec/template/spec/containers/0/ports/0/containerPort must be integer',
  ]);
  expect(schemaErrors({ apiVersion: 'v2', kind: 'Pot', metadata: { name: 'x' } })).toEqual([
    'v2/Pot: no schema',
  ]);
});

test('the rules of the operator are the rules', async () => {
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'power-meter' },
    spec: parse(readFileSync(RULES, 'utf8')) as object,
  };
  expect(schemaErrors(rule)).toEqual([]);
  const comment = '# Made of exporter/rules by npx vitest run kind/deploy.test.ts -u\n';
  await expect(comment + stringify(rule, { lineWidth: 0 })).toMatchFileSnapshot(
    join(DEPLOY, 'components/service-monitor/prometheus-rule.yaml'),
  );
});

describe.skipIf(!hasKustomize)(
  `manifests${hasKustomize ? '' : ' (skipped: neither kubectl nor kustomize; ./bootstrap --tests builds it)'}`,
  () => {
    test.each(FOLDERS)('%s is what Kubernetes takes', (folder) => {
      expect(manifests(folder).flatMap(schemaErrors)).toEqual([]);
    });

    test.each(FOLDERS)('%s: all in one namespace, and every selector finds its pods', (folder) => {
      const all = manifests(folder);
      for (const { kind, metadata } of all) {
        expect([kind, metadata.namespace]).toEqual([
          kind,
          kind === 'Namespace' ? undefined : 'power-harness',
        ]);
      }
      const pods = workloads(all).map(({ spec }) => spec.template);
      for (const { spec } of workloads(all))
        expect(matches(spec.selector.matchLabels, spec.template.metadata.labels)).toBe(true);
      for (const service of all.filter(({ kind }) => kind === 'Service')) {
        const { selector, ports } = service['spec'] as {
          selector: Record<string, string>;
          ports: { targetPort: string }[];
        };
        const found = pods.filter(({ metadata }) => matches(selector, metadata.labels));
        expect(found).toHaveLength(1);
        const names = found[0]!.spec.containers.flatMap((each) => each.ports ?? []);
        expect(names).toMatchObject(ports.map(({ targetPort }) => ({ name: targetPort })));
      }
      for (const policy of all.filter(({ kind }) => kind === 'NetworkPolicy')) {
        const { podSelector } = policy['spec'] as {
          podSelector: { matchLabels: Record<string, string> };
        };
        const found = pods.filter(({ metadata }) =>
          matches(podSelector.matchLabels, metadata.labels),
        );
        expect(found).toHaveLength(1);
      }
    });

    test.each(FOLDERS)('%s holds to the Pod Security Standard restricted', (folder) => {
      for (const { spec } of workloads(manifests(folder))) {
        const pod = spec.template.spec;
        expect(pod).toMatchObject({
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        });
        expect(pod.hostNetwork).toBeUndefined();
        for (const container of pod.containers) {
          expect(container).toMatchObject({
            resources: { requests: {}, limits: {} },
            livenessProbe: {},
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          });
        }
      }
    });

    test.each(FOLDERS)('%s: every node finds its channel, and the dummy has it', (folder) => {
      const all = manifests(folder);
      const { data } = named(all, 'ConfigMap', 'power-meters') as unknown as {
        data: Record<string, string>;
      };
      const file = parseMetersFile(data['meters.yaml']!, 'meters.yaml');
      const [meter] = file.meters;
      for (const { node, channel } of meter!.channels) {
        expect(onlyNode(file, node).meters[0]!.channels).toEqual([{ node, channel }]);
      }
      const dummy = workloads(all).find(({ metadata }) => metadata.name === 'power-meter');
      if (!dummy) return;
      expect(meter).toMatchObject({ source: 'meter', host: 'power-meter', port: 10_000 });
      const { args } = dummy.spec.template.spec.containers[0]!;
      for (const { channel } of meter!.channels)
        expect(args.some((arg) => arg.startsWith(`--channel=${channel}=constant:`))).toBe(true);
    });

    test('the boards of the LRZ cluster that are labelled are metered, its master too', () => {
      const expressions = (folder: string) =>
        JSON.stringify(named(manifests(folder), 'DaemonSet', 'power-exporter'));
      expect(expressions('base')).toContain('node-role.kubernetes.io/control-plane');
      expect(expressions('overlays/lrz')).not.toContain('node-role.kubernetes.io/control-plane');
      expect(expressions('overlays/lrz')).toContain('"key":"power-harness/metered"');
    });
  },
);
