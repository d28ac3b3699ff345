import { createServer } from 'node:http';
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
  let network = '';
  let container = '';
  let url = '';

  beforeAll(async () => {
    // Of the default network an engine that was never restarted does not tell the address.
    network = await docker('network', 'create', `gateway-test-${process.pid}`);
    const format = '{{(index .IPAM.Config 0).Gateway}}';
    const bridge = await docker('network', 'inspect', network, '--format', format);
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
      ...[
        'run',
        '--detach',
        '--rm',
        '--publish',
        '127.0.0.1::8080',
        '--read-only',
        '--network',
        network,
      ],
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
    if (network) await docker('network', 'rm', network);
    provider?.child.kill();
    await provider?.ended;
    prometheus.close();
  }, 60_000);

  describeProvider(new ApiClient(() => url));
});
