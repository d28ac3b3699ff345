import { readFile } from 'node:fs/promises';
import { UsageError } from '../errors.js';
import type { FunctionDescription } from '../openfaas/stack-file.js';

/** What is sent to a function. */
export interface Payload {
  file: string;
  body: Buffer;
  contentType: string;
}

/** The user's payload, or the function's own. @throws UsageError where there is none */
export async function resolvePayload(
  { name, payloadFile: own, contentType }: FunctionDescription,
  asked?: string,
): Promise<Payload> {
  const file = asked ?? own;
  if (!file) {
    throw new UsageError(
      'PAYLOAD_MISSING',
      `${name} has no payload of its own.`,
      'Give one with --payload FILE.',
    );
  }
  try {
    return { file, body: await readFile(file), contentType };
  } catch (error) {
    throw new UsageError(
      'PAYLOAD_UNREADABLE',
      `Can't read the payload ${file}: ${(error as Error).message}`,
      'Check --payload.',
      { cause: error },
    );
  }
}
