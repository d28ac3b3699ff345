import type { IncomingMessage } from 'node:http';
import { ApiError } from '../backend.js';

const LIMIT_BYTES = 1024 * 1024;

/** A JSON object from a request's body, chunked or not. @throws ApiError 400 or 413 */
export async function jsonBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LIMIT_BYTES) throw new ApiError(413, 'the body is too large');
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // said below
  }
  throw new ApiError(400, 'the body must be a JSON object');
}

/** A name as OpenFaaS takes them. @throws ApiError 400 */
export function nameOf(value: unknown, field: string): string {
  if (typeof value === 'string' && /^[-a-zA-Z_0-9.]{1,253}$/.test(value) && !/^\.+$/.test(value))
    return value;
  throw new ApiError(400, `${field} must be a name of letters, digits, '-', '_' and '.'`);
}
