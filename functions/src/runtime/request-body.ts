import type { IncomingMessage } from 'node:http';

export class BodyTooLargeError extends Error {
  constructor(readonly limitBytes: number) {
    super(`The body is larger than ${limitBytes} bytes.`);
  }
}

const EMPTY = Buffer.alloc(0);

/**
 * Reads a whole body; what exceeds the limit is not kept.
 * @throws BodyTooLargeError
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
      return reject(new BodyTooLargeError(limitBytes));
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) return void chunks.push(chunk);
      request.removeAllListeners('data');
      reject(new BodyTooLargeError(limitBytes));
    });
    request.on('end', () => {
      resolve(
        chunks.length === 1 ? chunks[0]! : chunks.length === 0 ? EMPTY : Buffer.concat(chunks),
      );
    });
    request.on('error', reject);
  });
}
