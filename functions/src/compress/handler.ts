import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Handler } from '../runtime/handler.js';
import { InputError } from '../runtime/input-error.js';
import { jsonInput, numberOf } from '../runtime/json-input.js';
import { sampleText } from './sample-text.js';

const gzipAsync = promisify(gzip);
const MAXIMUM_BYTES = 16 * 1024 * 1024;

/**
 * Compresses the body's bytes, or with `Content-Type: application/json` and `{"bytes": n}` a text of that
 * length made here. Bound by memory and bytes.
 */
export const handler: Handler = async (body, { headers }) => {
  const input = headers['content-type']?.startsWith('application/json') ? made(body) : body;
  if (input.length === 0) {
    throw new InputError('Send bytes to compress, or JSON such as {"bytes": 262144}.');
  }
  const compressed = await gzipAsync(input);
  return {
    bytes: input.length,
    compressed_bytes: compressed.length,
    sha256: createHash('sha256').update(input).digest('hex'),
  };
};

function made(body: Buffer): Buffer {
  const range = { minimum: 1, maximum: MAXIMUM_BYTES, default: 262_144, integer: true };
  return sampleText(numberOf(jsonInput(body), 'bytes', range));
}
