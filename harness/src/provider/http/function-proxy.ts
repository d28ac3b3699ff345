import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import { Pool, type Dispatcher } from 'undici';
import { ApiError, type Backend, type Endpoint } from '../backend.js';
import { requestHeaders, singleHeader } from './forwarded-headers.js';
import { refuse } from './refusal.js';
import { UpstreamAnswer } from './upstream-answer.js';

/** A body up to this size is read before it is passed on: cheaper than a stream, and still bounded. */
const SMALL_BODY_BYTES = 64 * 1024;

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
      const acquired = this.backend.acquire(name);
      endpoint = acquired instanceof Promise ? await acquired : acquired;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return refuse(response, error.status, error.message);
    }
    const length = Number(request.headers['content-length'] ?? 0);
    if (request.headers['transfer-encoding'] !== undefined || length > SMALL_BODY_BYTES) {
      this.pass(name, endpoint, path, request, response, request);
    } else if (length === 0) {
      this.pass(name, endpoint, path, request, response, null);
    } else {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      finished(request, (clientLeft) => {
        if (clientLeft) return endpoint.release();
        const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        this.pass(name, endpoint, path, request, response, body);
      });
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }

  private pass(
    name: string,
    endpoint: Endpoint,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer | IncomingMessage | null,
  ): void {
    const callId = singleHeader(request, 'x-call-id') ?? randomUUID();
    const own = ['X-Call-Id', callId, 'X-Start-Time', `${Date.now()}000000`];
    const method = request.method as Dispatcher.HttpMethod;
    this.poolOf(endpoint.origin).dispatch(
      { path, method, headers: requestHeaders(request, own), body },
      new UpstreamAnswer(name, own, request, response, () => endpoint.release()),
    );
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
