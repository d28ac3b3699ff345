import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { PowerHarnessError, TargetError } from '../errors.js';
import { createProviderServer } from './http/provider-server.js';
import { parseProviderOptions, type ProviderOptions } from './options.js';
import { ProcessBackend } from './process/process-backend.js';

const PACKAGE = new URL('../../package.json', import.meta.url);

/** The provider as a program: serves until SIGINT or SIGTERM, then stops every function. */
async function main(): Promise<void> {
  const options = parseProviderOptions(process.argv.slice(2));
  const backend = new ProcessBackend(options.functionsRoot);
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
  const { server, proxy } = createProviderServer({ ...options, backend, version });
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  try {
    server.listen(options.port, options.host);
    await once(server, 'listening').catch((error: unknown) => portTaken(options, error as Error));
    const { address, port, family } = server.address() as AddressInfo;
    const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    process.stdout.write(`${JSON.stringify({ event: 'listening', url, pid: process.pid })}\n`);
    await stopped;
  } finally {
    server.close();
    server.closeAllConnections();
    await proxy.close();
    await backend.close();
  }
}

function portTaken({ host, port }: ProviderOptions, error: Error): never {
  throw new TargetError(
    'PROVIDER_PORT',
    `The provider can't listen on ${host}:${port}: ${error.message}`,
    'Give another --port.',
  );
}

try {
  await main();
  process.exit(0);
} catch (error) {
  if (!(error instanceof PowerHarnessError)) throw error;
  process.stderr.write(`${error.message}${error.hint ? `\n${error.hint}` : ''}\n`);
  process.exit(error.exitCode);
}
