import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onlyNode, parseMetersFile } from '@power-harness/exporter/meters-file';
import { parse } from 'yaml';
import { hasKustomize, kustomize, schemaErrors, type Manifest } from './manifests.js';

interface Pod {
  automountServiceAccountToken?: boolean;
  hostNetwork?: boolean;
  nodeSelector?: Record<string, string>;
  containers: { name: string; image: string; args?: string[] }[];
}
type Workload = Manifest & {
  spec: { template: { metadata: { labels: Record<string, string> }; spec: Pod } };
};

const WORKERS = ['power-harness-worker', 'power-harness-worker2'];
const read = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8');
const all = hasKustomize ? kustomize(import.meta.dirname) : [];
const workloads = all.filter(({ kind }) =>
  ['DaemonSet', 'Deployment'].includes(kind),
) as Workload[];
const pod = (name: string) =>
  workloads.find(({ metadata }) => metadata.name === name)!.spec.template.spec;
const named = (kind: string, name: string) =>
  all.find((each) => each.kind === kind && each.metadata.name.startsWith(name)) as Manifest & {
    data: Record<string, string>;
    spec: { ports: { port: number; nodePort: number }[]; selector: Record<string, string> };
  };

describe.skipIf(!hasKustomize)(
  `the cluster's manifests${hasKustomize ? '' : ' (skipped: neither kubectl nor kustomize; ./bootstrap --tests builds it)'}`,
  () => {
    test('are what Kubernetes takes', () => {
      expect(all.flatMap(schemaErrors)).toEqual([]);
    });

    test.each(workloads.map((workload) => [workload.metadata.name, workload] as const))(
      '%s runs as nobody, with nothing to write to, within limits',
      (_name, { spec }) => {
        const { containers, ...rest } = spec.template.spec;
        expect(rest).toMatchObject({
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        });
        expect(rest.hostNetwork).toBeUndefined();
        for (const container of containers) {
          expect(container).toMatchObject({
            imagePullPolicy: 'IfNotPresent',
            resources: { requests: { cpu: {}, memory: {} }, limits: { memory: {} } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          });
        }
      },
    );

    test('on a metered node run only its exporter, its twin and functions', () => {
      const onWorkers = workloads.filter(
        ({ spec }) =>
          !('node-role.kubernetes.io/control-plane' in (spec.template.spec.nodeSelector ?? {})),
      );
      expect(onWorkers.map(({ metadata }) => metadata.name).sort()).toEqual([
        'power-exporter',
        'power-meter-worker',
        'power-meter-worker2',
      ]);
    });

    test('each worker has one twin, and its exporter subscribes to that one', () => {
      const file = parseMetersFile(
        named('ConfigMap', 'power-meters').data['meters.yaml']!,
        'meters.yaml',
      );
      for (const node of WORKERS) {
        const { meters } = onlyNode(file, node);
        expect(meters).toHaveLength(1);
        const [meter] = meters;
        if (meter?.source !== 'meter') throw new Error('no network meter');
        const [service = '', namespace] = meter.host.split('.');
        expect([namespace, meter.port]).toEqual(['power-meter-twin', 10_000]);
        const { selector } = named('Service', service).spec;
        const twins = workloads.filter(({ spec }) =>
          Object.entries(selector).every(
            ([key, value]) => spec.template.metadata.labels[key] === value,
          ),
        );
        expect(twins).toHaveLength(1);
        expect(twins[0]!.spec.template.spec.nodeSelector).toEqual({
          'kubernetes.io/hostname': node,
        });
      }
    });

    test('dashboards are there for a Grafana with the sidecar', () => {
      const labelled = all.filter(
        ({ kind, metadata }) =>
          kind === 'ConfigMap' && metadata.labels?.['grafana_dashboard'] === '1',
      );
      expect(labelled.map(({ metadata }) => [metadata.namespace, metadata.name])).toEqual(
        ['benchmark', 'functions', 'nodes'].map((name) => [
          'power-harness',
          `power-harness-${name}`,
        ]),
      );
    });

    test('the workers draw different power', () => {
      const model = (name: string) =>
        pod(name).containers[0]!.args?.find((arg) => arg.startsWith('--model='));
      expect(model('power-meter-worker')).toContain('idle_watts=2,watts_per_core=3');
      expect(model('power-meter-worker2')).toContain('idle_watts=5,watts_per_core=8');
    });

    test("the ports on the machine's loopback are those of gateway and Prometheus", () => {
      const { nodes } = parse(read('cluster.yaml')) as {
        nodes: { extraPortMappings?: { containerPort: number; listenAddress: string }[] }[];
      };
      const mappings = nodes.flatMap((node) => node.extraPortMappings ?? []);
      expect(mappings.map(({ containerPort }) => containerPort)).toEqual(
        ['gateway', 'prometheus'].map((name) => named('Service', name).spec.ports[0]!.nodePort),
      );
      for (const { listenAddress } of mappings) expect(listenAddress).toBe('127.0.0.1');
    });

    test('Prometheus may read pods of two namespaces and metrics of nodes, nothing else', () => {
      const rules = all
        .filter(
          ({ kind, metadata }) =>
            ['Role', 'ClusterRole'].includes(kind) && metadata.name.endsWith('prometheus'),
        )
        .flatMap((role) => role['rules'] as { resources: string[]; verbs: string[] }[]);
      expect(new Set(rules.flatMap(({ resources }) => resources))).toEqual(
        new Set(['nodes', 'nodes/metrics', 'pods']),
      );
      expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(
        new Set(['get', 'list', 'watch']),
      );
    });
  },
);
