import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { errors, Pool, type Dispatcher } from 'undici';
import { ApiError, type Backend, type Endpoint } from '../backend.js';

/** Hop-by-hop headers (RFC 9110, 7.6.1), what undici writes itself, and what may not be forged. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'x-call-id',
  'x-start-time',
  'x-forwarded-for',
  'x-forwarded-host',
]);

/** A body up to this size is read before it is passed on: cheaper than a stream, and still bounded. */
const SMALL_BODY_BYTES = 64 * 1024;

/** What the gateway's users expect a proxy's own answer to carry. */
const INTERNAL = { 'X-OpenFaaS-Internal': 'proxy' };

const CONNECTIONS = 256;

/** Passes requests on to replicas and their answers back, both as streams. */
export class FunctionProxy {
  private readonly pools = new Map<string, Pool>();

  constructor(
    private readonly backend: Backend,
    private readonly timeoutMs: number,
  ) {}

  /** @param path - with query, as the function is to see it */
  async serve(
    name: string,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    let endpoint: Endpoint;
    try {
      endpoint = await this.backend.acquire(name);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return refuse(response, error.status, error.message);
    }
    try {
      await this.pass(name, endpoint, path, request, response);
    } finally {
      endpoint.release();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }

  private async pass(
    name: string,
    endpoint: Endpoint,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const callId = header(request, 'x-call-id') ?? randomUUID();
    const startTime = `${Date.now()}000000`;
    const length = Number(request.headers['content-length'] ?? -1);
    const hasBody = length > 0 || request.headers['transfer-encoding'] !== undefined;
    const body = !hasBody
      ? null
      : length >= 0 && length <= SMALL_BODY_BYTES
        ? await readAll(request)
        : request;
    const pool = this.poolOf(endpoint.origin);
    await new Promise<void>((resolve) => {
      const own = ['X-Call-Id', callId, 'X-Start-Time', startTime];
      const handler = new AnswerHandler(name, own, request, response, resolve);
      pool.dispatch(
        {
          path,
          method: request.method as Dispatcher.HttpMethod,
          headers: requestHeaders(request, own),
          body,
        },
        handler,
      );
    });
  }

  private poolOf(origin: string): Pool {
    let pool = this.pools.get(origin);
    if (!pool) {
      const { timeoutMs } = this;
      pool = new Pool(origin, {
        connections: CONNECTIONS,
        pipelining: 1,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        connectTimeout: Math.min(timeoutMs, 5000),
      });
      pool.on('disconnect', () => this.forget(origin));
      this.pools.set(origin, pool);
    }
    return pool;
  }

  /** A replica that ended leaves no pool behind. */
  private forget(origin: string): void {
    const pool = this.pools.get(origin);
    if (
      pool &&
      pool.stats.connected === 0 &&
      pool.stats.pending === 0 &&
      pool.stats.running === 0
    ) {
      this.pools.delete(origin);
      void pool.close().catch(() => undefined);
    }
  }
}

/** Writes an upstream answer to a client as it comes. */
class AnswerHandler implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;

  constructor(
    private readonly name: string,
    private readonly ownHeaders: readonly string[],
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly done: () => void,
  ) {}

  private readonly onClientGone = () => {
    if (!this.response.writableFinished) this.controller?.abort(new Error('the client is gone'));
  };

  private readonly onDrain = () => this.controller?.resume();

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    this.response.once('close', this.onClientGone);
    if (this.response.destroyed) this.onClientGone();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    const list: string[] = [...this.ownHeaders];
    for (const name in headers) {
      if (NOT_FORWARDED.has(name)) continue;
      const value = headers[name]!;
      if (typeof value === 'string') list.push(name, value);
      else for (const each of value) list.push(name, each);
    }
    if (headers['content-type'] === undefined && status !== 204 && status !== 304) {
      list.push('Content-Type', this.request.headers['content-type'] ?? 'text/plain');
    }
    this.response.writeHead(status, list);
    this.response.on('drain', this.onDrain);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.response.end();
    this.finish();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.response.headersSent) this.response.destroy();
    else if (!this.response.destroyed) this.answerError(error);
    this.finish();
  }

  private answerError(error: Error): void {
    const timedOut =
      error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;
    if (timedOut) refuse(this.response, 504, `${this.name} did not answer in time.`);
    else refuse(this.response, 502, `Can't reach service for: ${this.name}. ${error.message}`);
  }

  private finish(): void {
    this.response.off('close', this.onClientGone);
    this.response.off('drain', this.onDrain);
    this.done();
  }
}

function requestHeaders(request: IncomingMessage, own: readonly string[]): string[] {
  const { rawHeaders } = request;
  const headers: string[] = [...own];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (!NOT_FORWARDED.has(name.toLowerCase())) headers.push(name, rawHeaders[i + 1]!);
  }
  const before = header(request, 'x-forwarded-for');
  const from = request.socket.remoteAddress ?? 'unknown';
  headers.push('X-Forwarded-For', before ? `${before}, ${from}` : from);
  headers.push(
    'X-Forwarded-Host',
    header(request, 'x-forwarded-host') ?? request.headers.host ?? '',
  );
  return headers;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', ...INTERNAL });
  response.end(`${message}\n`);
}
