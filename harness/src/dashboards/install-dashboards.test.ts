import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../bench/run-cli.js';
import { type Dashboard, readDashboards } from './dashboard-files.js';
import { GrafanaClient } from './grafana-client.js';
import { installDashboards } from './install-dashboards.js';

/** As much of Grafana's API as is used, as its documentation describes it: no Grafana can be run here. */
class StandInGrafana {
  readonly folders = new Map<string, string>();
  readonly dashboards = new Map<string, { dashboard: Dashboard; folderUid: string }>();
  readonly server: Server;

  constructor(private readonly token: string) {
    this.server = createServer((request, response) => {
      void this.answer(request).then(([status, body]) => {
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify(body));
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async answer(request: IncomingMessage): Promise<[number, unknown]> {
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      return [401, { message: 'Invalid API key' }];
    }
    const { method, url = '' } = request;
    const uid = url.split('/').at(-1)!;
    const body =
      method === 'POST' ? (JSON.parse(await text(request)) as Record<string, unknown>) : {};
    if (method === 'GET' && url.startsWith('/api/folders/')) {
      const title = this.folders.get(uid);
      return title ? [200, { uid, title }] : [404, { message: 'folder not found' }];
    }
    if (method === 'GET' && url.startsWith('/api/dashboards/uid/')) {
      const found = this.dashboards.get(uid);
      if (!found) return [404, { message: 'Dashboard not found' }];
      return [200, { dashboard: found.dashboard, meta: { folderUid: found.folderUid } }];
    }
    if (url === '/api/folders') {
      this.folders.set(body['uid'] as string, body['title'] as string);
      return [200, body];
    }
    if (url !== '/api/dashboards/db') return [500, { message: `unexpected ${method} ${url}` }];
    const { dashboard, folderUid } = body as { dashboard: Dashboard; folderUid: string };
    if (!this.folders.has(folderUid)) return [400, { message: 'folder not found' }];
    const before = this.dashboards.get(dashboard.uid)?.dashboard['version'] as number | undefined;
    const saved = { ...dashboard, id: this.dashboards.size + 1, version: (before ?? 0) + 1 };
    this.dashboards.set(dashboard.uid, { dashboard: saved, folderUid });
    return [200, { uid: dashboard.uid, status: 'success' }];
  }
}

let grafana: StandInGrafana;
beforeEach(async () => {
  grafana = new StandInGrafana('secret-token');
  await once(grafana.server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => void grafana.server.close());

const changes = async (dryRun = false) => {
  const client = new GrafanaClient(grafana.url, 'secret-token');
  const installed = await installDashboards(client, await readDashboards(), dryRun);
  return installed.map(({ change }) => change);
};

test('created, then left alone, then updated where they differ', async () => {
  expect(await changes(true)).toEqual(['created', 'created', 'created']);
  expect(grafana.dashboards.size + grafana.folders.size).toBe(0);
  expect(await changes()).toEqual(['created', 'created', 'created']);
  expect([...grafana.folders]).toEqual([['power-harness', 'Power']]);
  expect(await changes()).toEqual(['unchanged', 'unchanged', 'unchanged']);
  grafana.dashboards.get('power-harness-nodes')!.dashboard.title = 'Something else';
  grafana.dashboards.get('power-harness-functions')!.folderUid = 'elsewhere';
  expect(await changes(true)).toEqual(['unchanged', 'updated', 'updated']);
  expect(await changes()).toEqual(['unchanged', 'updated', 'updated']);
  expect(grafana.dashboards.get('power-harness-nodes')!.dashboard.title).toBe('Power of nodes');
  expect(await changes()).toEqual(['unchanged', 'unchanged', 'unchanged']);
});

test('the command: without a token it says which to set; nothing of a token is told', async () => {
  const args = ['dashboards', 'install', '--grafana', grafana.url];
  const refused = await runCli(args);
  expect(refused.code).toBe(5);
  expect(refused.stderr).toMatch(/answers 401: Invalid API key\n.*POWER_HARNESS_GRAFANA_TOKEN/);
  process.env['POWER_HARNESS_GRAFANA_TOKEN'] = 'secret-token';
  try {
    const { code, stdout, stderr } = await runCli([...args, '--json']);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ dry_run: false, dashboards: [{}, {}, {}] });
    expect(stdout + stderr).not.toContain('secret-token');
  } finally {
    delete process.env['POWER_HARNESS_GRAFANA_TOKEN'];
  }
});

test.each([
  [['--grafana', 'grafana'], 2, "'grafana' is no http address."],
  [['--grafana', 'http://127.0.0.1:9'], 5, "http://127.0.0.1:9 can't be reached"],
  [[], 2, 'grafana'],
])('%j', async (args, code, message) => {
  const run = await runCli(['dashboards', 'install', ...args]);
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(message);
});
