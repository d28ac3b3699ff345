import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiError, type Backend } from '../backend.js';

const CONNECT_LIMIT_MS = 5000;

/** Passes a connection that changes its protocol (a WebSocket) on to a replica, byte by byte, both ways. */
export async function upgradeToFunction(
  backend: Backend,
  target: { name: string; path: string },
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  client.on('error', () => client.destroy());
  try {
    const endpoint = await backend.acquire(target.name);
    const { hostname, port } = new URL(endpoint.origin);
    const upstream = connect({ host: hostname, port: Number(port), timeout: CONNECT_LIMIT_MS });
    upstream.once('connect', () => {
      upstream.setTimeout(0);
      upstream.write(requestHead(target.path, request));
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    upstream.once('timeout', () => upstream.destroy());
    upstream.once('error', () => client.destroy());
    upstream.once('close', () => {
      endpoint.release();
      client.destroy();
    });
    client.once('close', () => upstream.destroy());
  } catch (error) {
    const [status, message] =
      error instanceof ApiError ? [error.status, error.message] : [500, 'internal error'];
    client.end(
      `HTTP/1.1 ${status} \r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n${message}\n`,
    );
  }
}

function requestHead(path: string, { method, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${path} HTTP/1.1`];
  for (let i = 0; i < rawHeaders.length; i += 2)
    lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
