import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../errors.js';
import { readCredentials, type Credentials } from './http/basic-auth.js';

export interface ProviderOptions {
  host: string;
  port: number;
  functionsRoot: string;
  upstreamTimeoutMs: number;
  credentials?: Credentials;
}

const HINT =
  'Flags: --functions-root DIR [--port N] [--host ADDRESS] [--basic-auth-dir DIR] [--upstream-timeout-seconds S]';

/** @throws UsageError */
export function parseProviderOptions(argv: readonly string[]): ProviderOptions {
  const values = parse(argv);
  const root = values['functions-root'];
  if (!root || !existsSync(root)) {
    throw new UsageError(
      'PROVIDER_OPTIONS',
      `--functions-root must be a folder, not '${root ?? ''}'.`,
      HINT,
    );
  }
  const directory = values['basic-auth-dir'];
  return {
    host: values.host,
    port: number('port', values.port, 0, 65_535),
    functionsRoot: resolve(root),
    upstreamTimeoutMs:
      number('upstream-timeout-seconds', values['upstream-timeout-seconds'], 0.1, 86_400) * 1000,
    ...(directory === undefined ? {} : { credentials: credentials(directory) }),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '8081' },
        'functions-root': { type: 'string' },
        'basic-auth-dir': { type: 'string' },
        'upstream-timeout-seconds': { type: 'string', default: '60' },
      },
    }).values;
  } catch (error) {
    throw new UsageError('PROVIDER_OPTIONS', (error as Error).message, HINT);
  }
}

function number(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new UsageError(
    'PROVIDER_OPTIONS',
    `--${name} takes a number from ${min} to ${max}, not '${text}'.`,
    HINT,
  );
}

function credentials(directory: string): Credentials {
  try {
    return readCredentials(directory);
  } catch (error) {
    throw new UsageError('PROVIDER_OPTIONS', `--basic-auth-dir: ${(error as Error).message}`, HINT);
  }
}
