import { request, type Dispatcher } from 'undici';
import { TargetError } from '../errors.js';
import { abortError } from '../processes/sleep.js';
import type { GatewayAccess } from './gateway-access.js';

const LIMIT_MS = 10_000;
const QUOTED_CHARACTERS = 400;

export interface GatewayCall {
  method?: Dispatcher.HttpMethod;
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** 10 s by default. */
  limitMs?: number;
  signal?: AbortSignal;
}

export interface GatewayReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/**
 * One call to the gateway, whatever it answers.
 * @throws TargetError (`GATEWAY_UNREACHABLE`, `GATEWAY_REFUSED` for 401) or the signal's reason
 */
export async function callGateway(
  gateway: GatewayAccess,
  call: GatewayCall,
): Promise<GatewayReply> {
  const { method = 'GET', path, headers = {}, body, limitMs = LIMIT_MS, signal } = call;
  const limit = AbortSignal.timeout(limitMs);
  try {
    const response = await request(`${gateway.url.replace(/\/+$/, '')}${path}`, {
      method,
      headers: { ...authorization(gateway), ...headers },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      headersTimeout: limitMs,
      bodyTimeout: limitMs,
      ...(body === undefined ? {} : { body }),
    });
    const reply = {
      status: response.statusCode,
      headers: response.headers,
      body: await response.body.text(),
    };
    if (reply.status === 401 && path.startsWith('/system/')) throw refused(gateway);
    return reply;
  } catch (error) {
    if (error instanceof TargetError) throw error;
    if (signal?.aborted) throw abortError(signal);
    const why = limit.aborted ? `no answer within ${limitMs / 1000} s` : reasonOf(error as Error);
    throw new TargetError(
      'GATEWAY_UNREACHABLE',
      `${gateway.url}${path} can't be reached: ${why}.`,
      'Check that the gateway runs and that --gateway names it.',
      { cause: error },
    );
  }
}

/**
 * A call that must succeed.
 * @throws TargetError (`GATEWAY_ERROR`) with the gateway's own words
 */
export async function callGatewayWell(
  gateway: GatewayAccess,
  call: GatewayCall,
): Promise<GatewayReply> {
  const reply = await callGateway(gateway, call);
  if (reply.status >= 200 && reply.status < 300) return reply;
  throw new TargetError(
    'GATEWAY_ERROR',
    `${call.method ?? 'GET'} ${gateway.url}${call.path} answered ${reply.status}: ${quote(reply.body)}`,
  );
}

/** The JSON of a reply. @throws TargetError (`GATEWAY_ERROR`) where it is none */
export function jsonOf(gateway: GatewayAccess, { body }: GatewayReply): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new TargetError(
      'GATEWAY_ERROR',
      `${gateway.url} answered something that is not JSON: ${quote(body)}`,
      'Check that --gateway names an OpenFaaS gateway.',
    );
  }
}

/** The beginning of an answer, on one line, for a message. */
export function quote(body: string): string {
  const line = body.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return '(nothing)';
  return line.length > QUOTED_CHARACTERS ? `${line.slice(0, QUOTED_CHARACTERS)} …` : line;
}

function authorization({ username, password }: GatewayAccess): Record<string, string> {
  if (username === undefined || password === undefined) return {};
  const token = Buffer.from(`${username}:${password}`).toString('base64');
  return { authorization: `Basic ${token}` };
}

function refused({ url, username }: GatewayAccess): TargetError {
  return new TargetError(
    'GATEWAY_REFUSED',
    username === undefined
      ? `${url} asks for a user name and a password.`
      : `${url} refuses the password of '${username}'.`,
    'Give the credentials of the gateway.',
  );
}

function reasonOf(error: Error & { code?: string }): string {
  return error.message || error.code || error.name;
}
