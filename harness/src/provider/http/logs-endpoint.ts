import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ApiError, type Backend, type LogQuery } from '../backend.js';
import { nameOf } from './json-body.js';
import { requireNamespace, withoutNamespace } from './parse-deployment.js';

/** A follower that asks for ever is let go after this. */
const LONGEST_MS = 30 * 60 * 1000;

/** @throws ApiError 400 or 422 */
export function parseLogQuery(query: URLSearchParams, namespace: string): LogQuery {
  const tail = Number(query.get('tail') ?? -1);
  if (!Number.isInteger(tail)) throw new ApiError(422, 'tail must be a number of lines');
  const since = query.get('since');
  const sinceMs = since === null || since === '' ? undefined : Date.parse(since);
  if (sinceMs !== undefined && Number.isNaN(sinceMs))
    throw new ApiError(422, 'since must be a time (RFC 3339)');
  const instance = query.get('instance');
  requireNamespace(query.get('namespace'), namespace);
  return {
    name: nameOf(withoutNamespace(query.get('name') ?? '', namespace), 'name'),
    tail,
    follow: ['1', 'true'].includes(query.get('follow') ?? ''),
    ...(instance ? { instance } : {}),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
}

/** NDJSON, a line each, until the past is told or, when following, the client goes. */
export async function sendLogs(
  backend: Backend,
  query: LogQuery,
  response: ServerResponse,
): Promise<void> {
  if (!(await backend.describe(query.name, false))) {
    throw new ApiError(404, `there is no function ${query.name}`);
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(LONGEST_MS)]);
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  response.flushHeaders();
  for await (const line of backend.logs(query, signal)) {
    if (signal.aborted) break;
    if (!response.write(`${JSON.stringify(line)}\n`))
      await once(response, 'drain', { signal }).catch(() => undefined);
  }
  response.end();
}
