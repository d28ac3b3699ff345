import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError, type Backend } from '../backend.js';
import { callApi, OPEN_ROUTES } from './api-routes.js';
import { isAuthorized, type Credentials } from './basic-auth.js';
import { FunctionProxy } from './function-proxy.js';
import { upgradeToFunction } from './function-upgrade.js';
import { withoutNamespace } from './parse-deployment.js';

/** What may be called on a function. */
const METHODS = new Set(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']);
const KEEP_ALIVE_MS = 65_000;

export interface ProviderServerOptions {
  backend: Backend;
  version: string;
  upstreamTimeoutMs: number;
  /** Asked for where given. */
  credentials?: Credentials;
}

interface FunctionTarget {
  name: string;
  /** With query, as the function is to see it. */
  path: string;
}

/** An OpenFaaS provider's API and its functions, over HTTP. */
export function createProviderServer(options: ProviderServerOptions): {
  server: Server;
  proxy: FunctionProxy;
} {
  const proxy = new FunctionProxy(options.backend, options.upstreamTimeoutMs);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    answer(options, proxy, request, response).catch((error: unknown) => sendError(response, error));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = functionTarget(request.url ?? '', options.backend.namespace);
    if (target) void upgradeToFunction(options.backend, target, request, socket, head);
    else socket.destroy();
  });
  return { server, proxy };
}

async function answer(
  options: ProviderServerOptions,
  proxy: FunctionProxy,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? '/';
  if (url.startsWith('/function/')) {
    const target = functionTarget(url, options.backend.namespace);
    return invoke(proxy, target, request, response);
  }
  if (url === '/healthz') {
    response.writeHead(200, { 'Content-Length': 0 }).end();
    return;
  }
  if (!url.startsWith('/system/')) throw new ApiError(404, 'there is nothing here');
  const { pathname, searchParams } = new URL(url, 'http://provider');
  const parts = pathname.slice('/system/'.length).split('/').map(decode);
  const { credentials } = options;
  if (
    credentials &&
    !OPEN_ROUTES.has(parts[0]!) &&
    !isAuthorized(request.headers.authorization, credentials)
  ) {
    response.setHeader('WWW-Authenticate', 'Basic realm="Restricted"');
    throw new ApiError(401, 'invalid credentials');
  }
  await callApi({ ...options, request, response, parts, query: searchParams });
}

async function invoke(
  proxy: FunctionProxy,
  target: FunctionTarget | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!target) throw new ApiError(400, 'the path must be /function/NAME');
  if (!METHODS.has(request.method ?? '')) {
    throw new ApiError(405, `${request.method} is not for functions`);
  }
  await proxy.serve(target.name, target.path, request, response);
}

/** `/function/NAME[.NAMESPACE][/rest][?query]`: the function sees `/rest?query`. */
function functionTarget(url: string, namespace: string): FunctionTarget | undefined {
  const match = /^\/function\/([-a-zA-Z_0-9.]+)(\/[^?]*)?(\?.*)?$/.exec(url);
  if (!match) return undefined;
  return {
    name: withoutNamespace(match[1]!, namespace),
    path: `${match[2] ?? '/'}${match[3] ?? ''}`,
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiError(400, 'the path is not well encoded');
  }
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const [status, message] =
    error instanceof ApiError ? [error.status, error.message] : [500, 'internal error'];
  if (!(error instanceof ApiError))
    process.stderr.write(`provider: ${String((error as Error).stack ?? error)}\n`);
  response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${message}\n`);
}
