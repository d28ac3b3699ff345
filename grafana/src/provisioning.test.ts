import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { hasKustomize, kustomize, schemaErrors } from '../../kind/manifests.js';
import { dashboardJson, dashboards } from './dashboards.js';

const ROOM = join(import.meta.dirname, '..');
const yaml = (path: string) => parse(readFileSync(join(ROOM, path), 'utf8')) as unknown;

test.skipIf(!hasKustomize)(
  `each dashboard as a ConfigMap that kube-prometheus' sidecar finds${hasKustomize ? '' : ' (skipped: no kustomize)'}`,
  () => {
    const maps = kustomize(ROOM) as unknown as {
      metadata: { name: string; labels: Record<string, string> };
      data: Record<string, string>;
    }[];
    expect(maps.flatMap((map) => schemaErrors(map as never))).toEqual([]);
    const found = Object.fromEntries(
      maps.map(({ metadata, data }) => {
        expect(metadata.labels['grafana_dashboard']).toBe('1');
        return [metadata.name, Object.values(data)];
      }),
    );
    const wanted = Object.entries(dashboards).map(([name, dashboard]) => [
      `power-harness-${name}`,
      [dashboardJson(dashboard)],
    ]);
    expect(found).toEqual(Object.fromEntries(wanted));
  },
);

test('the compose file mounts what provisioning reads', () => {
  const { services } = yaml('compose.yaml') as {
    services: { grafana: { volumes: string[]; environment: Record<string, string> } };
  };
  const { volumes, environment } = services.grafana;
  const { providers } = yaml('provisioning/dashboards/power-harness.yaml') as {
    providers: { options: { path: string } }[];
  };
  expect(volumes).toContain(`./dashboards:${providers[0]!.options.path}:ro`);
  for (const kind of ['datasources', 'dashboards'])
    expect(volumes).toContain(`./provisioning/${kind}:/etc/grafana/provisioning/${kind}:ro`);
  expect(yaml('provisioning/datasources/prometheus.yaml')).toMatchObject({
    datasources: [{ type: 'prometheus', url: '${PROMETHEUS_URL}', isDefault: true }],
  });
  expect(environment['PROMETHEUS_URL']).toBe('${PROMETHEUS_URL:-http://127.0.0.1:9090}');
});
