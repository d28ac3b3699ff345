import type { IncomingMessage } from 'node:http';

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

/** A request's headers as its function is to see them, name after value, `own` first. */
export function requestHeaders(request: IncomingMessage, own: readonly string[]): string[] {
  const { rawHeaders, headers } = request;
  const kept: string[] = [...own];
  const named = namedByConnection(headers.connection);
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (!NOT_FORWARDED.has(name) && !named?.has(name)) kept.push(name, rawHeaders[i + 1]!);
  }
  const before = singleHeader(request, 'x-forwarded-for');
  const from = request.socket.remoteAddress ?? 'unknown';
  kept.push('X-Forwarded-For', before ? `${before}, ${from}` : from);
  kept.push('X-Forwarded-Host', singleHeader(request, 'x-forwarded-host') ?? headers.host ?? '');
  return kept;
}

/** A function's headers as its caller is to see them, name after value, `own` first. */
export function answerHeaders(
  headers: Record<string, string | string[] | undefined>,
  own: readonly string[],
): string[] {
  const kept: string[] = [...own];
  const named = namedByConnection(headers['connection']);
  for (const name in headers) {
    if (NOT_FORWARDED.has(name) || named?.has(name)) continue;
    const value = headers[name]!;
    if (typeof value === 'string') kept.push(name, value);
    else for (const each of value) kept.push(name, each);
  }
  return kept;
}

export function singleHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The further hop-by-hop headers that a Connection header names; undefined for none. */
function namedByConnection(value: string | string[] | undefined): Set<string> | undefined {
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;
  return new Set(
    String(value)
      .toLowerCase()
      .split(/\s*,\s*/),
  );
}
