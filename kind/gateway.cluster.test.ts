import { createServer } from 'node:http';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { ApiClient, describeProvider } from '../harness/src/provider/conformance.js';
import {
  functionsRoot,
  startProvider,
  type RunningProvider,
} from '../harness/src/provider/provider-process.js';
import { docker } from './docker.js';

const IMAGE = 'power-harness/openfaas-gateway:latest';
const missing = await docker('image', 'inspect', IMAGE).then(
  () => '',
  () => 'no image of the gateway; kind/up makes it',
);

const title = `functions as processes, through OpenFaaS's gateway`;
describe.skipIf(missing)(`${title}${missing && ` (skipped: ${missing})`}`, () => {
  /** The gateway asks it with each list, and ends itself where nothing answers. */
  const prometheus = createServer((_, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end('{"status":"success","data":{"resultType":"vector","result":[]}}');
  });
  let provider: RunningProvider | undefined;
  let container = '';
  let url = '';

  beforeAll(async () => {
    // An engine does not tell its bridge's address before it was started a second time.
    const [{ address: bridge }] = networkInterfaces()['docker0'] as [NetworkInterfaceInfo];
    await new Promise<void>((resolve) => prometheus.listen(0, bridge, resolve));
    const { port } = prometheus.address() as { port: number };
    const flags = ['--functions-root', functionsRoot(), '--host', bridge];
    const started = await startProvider(flags);
    if (!('url' in started)) throw new Error(started.stderr);
    provider = started;
    const env = {
      functions_provider_url: `${provider.url}/`,
      function_namespace: 'openfaas-fn',
      basic_auth: 'false',
      scale_from_zero: 'true',
      faas_prometheus_host: bridge,
      faas_prometheus_port: String(port),
      read_timeout: '65s',
      write_timeout: '65s',
      upstream_timeout: '60s',
    };
    container = await docker(
      ...['run', '--detach', '--rm', '--publish', '127.0.0.1::8080', '--read-only'],
      ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      IMAGE,
    );
    url = `http://${await docker('port', container, '8080')}`;
    const healthy = () =>
      fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await vi.waitUntil(healthy, { timeout: 20_000, interval: 200 });
  }, 60_000);

  afterAll(async () => {
    if (container) await docker('rm', '--force', container);
    provider?.child.kill();
    await provider?.ended;
    prometheus.close();
  }, 60_000);

  describeProvider(new ApiClient(() => url));
});
