import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Registry } from 'prom-client';
import { BasicAuth } from './basic-auth.js';
import { hostTimeUs } from './host-clock.js';
import type { MeteredChannel } from './metered-channels.js';
import type { WebConfig } from './web-config.js';
import { CONTENT_TYPES, parseSamplesQuery, samplesText } from './samples-endpoint.js';

const LANDING_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>power-exporter</title></head>
<body><h1>power-exporter</h1><p>Energy meters' measurements as Prometheus metrics.</p>
<ul><li><a href="/metrics">Metrics</a></li><li><a href="/samples">Samples</a> (NDJSON; from, to, format)</li>
<li><a href="/healthz">Health</a></li><li><a href="/-/ready">Ready</a></li></ul></body></html>
`;

/** What is served; read at each request, since meters and passwords may change. */
export interface ServedState {
  registry: Registry;
  channels: readonly MeteredChannel[];
  web: Pick<WebConfig, 'tls' | 'users'>;
}

/** A reader that takes nothing for so long is gone, and must not keep others out. */
const IDLE_SOCKET_MS = 30_000;

/** The exporter's pages, over TLS where it is configured. */
export function createExporterServer(
  state: ServedState,
  maxRequests: number,
  idleSocketMs = IDLE_SOCKET_MS,
): Server | TlsServer {
  let open = 0;
  const auth = new BasicAuth();
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    if (open >= maxRequests) {
      send(response, 503, 'text/plain', 'too many requests at once\n');
      return;
    }
    open++;
    response.once('close', () => open--);
    guarded(auth, state, request, response).catch(() => response.destroy());
  };
  const { tls } = state.web;
  const server = tls ? createTlsServer(tlsOptions(tls), onRequest) : createServer(onRequest);
  server.timeout = idleSocketMs;
  return server;
}

/** Also for `setSecureContext`, when the certificate has changed. */
export function tlsOptions(tls: NonNullable<WebConfig['tls']>) {
  return { ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: tls.ca !== undefined };
}

async function guarded(
  auth: BasicAuth,
  state: ServedState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (await auth.permits(request.headers.authorization, state.web.users)) {
    return answer(state, request, response);
  }
  response.setHeader('WWW-Authenticate', 'Basic');
  send(response, 401, 'text/plain', 'Unauthorized\n');
}

async function answer(
  { registry, channels }: ServedState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!URL.canParse(request.url ?? '/', 'http://exporter')) {
    return send(response, 400, 'text/plain', 'the path can not be read\n');
  }
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://exporter');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return send(response, 405, 'text/plain', 'only GET\n');
  }
  switch (pathname) {
    case '/':
      return send(response, 200, 'text/html; charset=utf-8', LANDING_PAGE);
    case '/metrics':
      return send(response, 200, registry.contentType, await registry.metrics());
    case '/samples':
      return sendSamples(channels, searchParams, response);
    case '/healthz':
      return send(response, 200, 'text/plain', 'ok\n');
    case '/-/ready': {
      const silent = channels.filter(({ latest }) => !latest);
      const names = silent.map(({ meter, channel }) => `${meter.name} channel ${channel}`);
      return silent.length === 0
        ? send(response, 200, 'text/plain', 'ready\n')
        : send(response, 503, 'text/plain', `nothing yet from ${names.join(', ')}\n`);
    }
    default:
      return send(response, 404, 'text/plain', 'there is nothing here; see /\n');
  }
}

async function sendSamples(
  channels: readonly MeteredChannel[],
  parameters: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const query = parseSamplesQuery(parameters);
  if (typeof query === 'string') return send(response, 400, 'text/plain', `${query}\n`);
  response.writeHead(200, {
    'Content-Type': CONTENT_TYPES[query.format],
    'X-Exporter-Time-Us': String(Math.round(hostTimeUs())),
  });
  await pipeline(Readable.from(samplesText(channels, query)), response);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
