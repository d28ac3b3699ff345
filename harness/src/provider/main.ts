import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PowerHarnessError, TargetError } from '../errors.js';
import { ApiError, type Backend } from './backend.js';
import { createProviderServer } from './http/provider-server.js';
import { parseProviderOptions, type ProviderOptions } from './options.js';

const DRAIN_MS = 5000;
const LEAVE_MS = 1000;
const PACKAGE = new URL('../../package.json', import.meta.url);

/** The provider as a program: serves until SIGINT or SIGTERM; functions that are its processes end with it. */
async function main(): Promise<void> {
  const options = parseProviderOptions(process.argv.slice(2));
  const backend = await openBackend(options);
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
  const { server, proxy } = createProviderServer({ ...options, backend, version });
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  try {
    server.listen(options.port, options.host);
    await once(server, 'listening').catch((error: unknown) => portTaken(options, error as Error));
    const { address, port, family } = server.address() as AddressInfo;
    const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    process.stdout.write(`${JSON.stringify({ event: 'listening', url, pid: process.pid })}\n`);
    await stopped;
  } finally {
    if (options.functions.backend === 'kubernetes') await callersSentAway(server);
    await drained(server);
    await proxy.close();
    await backend.close();
  }
}

/** Each caller's next request ends its connection: it takes another one, to a provider that goes on. */
async function callersSentAway(server: Server): Promise<void> {
  server.prependListener('request', (_, response: ServerResponse) => {
    response.shouldKeepAlive = false;
  });
  await new Promise((resolve) => setTimeout(resolve, LEAVE_MS));
}

/** Takes no new connection and waits for the requests in flight, for a while. */
async function drained(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

/** Each backend is loaded only where it is used: Kubernetes' client is large. */
async function openBackend({ functions, upstreamTimeoutMs }: ProviderOptions): Promise<Backend> {
  if (functions.backend === 'process') {
    const { ProcessBackend } = await import('./process/process-backend.js');
    return new ProcessBackend(functions.functionsRoot, functions.replicaCgroups);
  }
  const { KubernetesBackend } = await import('./kubernetes/kubernetes-backend.js');
  try {
    return await KubernetesBackend.open({ ...functions, upstreamTimeoutMs });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new TargetError(
      'CLUSTER_UNREACHABLE',
      error.message,
      'In a pod, see to its service account and role; elsewhere, set KUBECONFIG.',
      { cause: error },
    );
  }
}

function portTaken({ host, port }: ProviderOptions, error: Error): never {
  throw new TargetError(
    'PROVIDER_PORT',
    `The provider can't listen on ${host}:${port}: ${error.message}`,
    'Give another --port.',
  );
}

try {
  await main();
  process.exit(0);
} catch (error) {
  if (!(error instanceof PowerHarnessError)) throw error;
  process.stderr.write(`${error.message}${error.hint ? `\n${error.hint}` : ''}\n`);
  process.exit(error.exitCode);
}
