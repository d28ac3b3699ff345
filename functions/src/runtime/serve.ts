#!/usr/bin/env node
import { hostname } from 'node:os';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFunctionServer } from './function-server.js';
import { loadHandler } from './load-handler.js';

/** More than the longest answer of our functions takes; whoever stops us may be less patient. */
const STOP_LIMIT_MS = 65_000;

const USAGE = `usage: serve.js [HANDLER_MODULE]

Serves a function over HTTP.
  HANDLER           the handler's module, where none is named
  PORT              port, 0 picks one (8080)
  HOST              address to bind to (127.0.0.1)
  REPLICA_NAME      value of the X-Replica header (the host's name)
  MAX_BODY_BYTES    larger bodies get 413 (16777216)
`;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function integerFrom(name: string, fallback: number, maximum: number): number {
  const value = Number(process.env[name] ?? fallback);
  if (Number.isInteger(value) && value >= 0 && value <= maximum) return value;
  return fail(`${name} must be an integer from 0 to ${maximum}; it is '${process.env[name]}'.`);
}

function stopOnSignal(server: Server): void {
  const stop = () => {
    server.close(() => process.exit(0));
    setTimeout(() => fail('Requests were still in flight at the stop limit.'), STOP_LIMIT_MS);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

async function main(modulePath: string): Promise<void> {
  const port = integerFrom('PORT', 8080, 65_535);
  const bodyLimitBytes = integerFrom('MAX_BODY_BYTES', 16 * 1024 * 1024, 1024 ** 3);
  const host = process.env['HOST'] ?? '127.0.0.1';
  const replica = process.env['REPLICA_NAME'] ?? hostname();
  const handler = await loadHandler(modulePath).catch((error: unknown) =>
    fail(`Can't load the handler ${modulePath}: ${(error as Error).message}`),
  );
  const server = createFunctionServer({ handler, replica, bodyLimitBytes });
  server.on('error', (error) => fail(`Can't listen on ${host} port ${port}: ${error.message}`));
  stopOnSignal(server);
  server.listen(port, host, () => {
    const { address, port: bound } = server.address() as AddressInfo;
    process.stdout.write(`${modulePath} listens on ${address} port ${bound}\n`);
  });
}

const modulePath = process.argv[2] ?? process.env['HANDLER'];
if (modulePath === '--help') {
  process.stdout.write(USAGE);
} else if (modulePath === undefined) {
  fail(USAGE);
} else {
  await main(modulePath);
}
