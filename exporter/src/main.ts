import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { ConfigError } from './config-error.js';
import { createExporterServer } from './http-server.js';
import { log } from './log.js';
import { createRegistry } from './metrics.js';
import { meterChannels } from './metered-channels.js';
import { readMetersFile } from './meters-file.js';
import { parseOptions, USAGE, type Options } from './options.js';

const USAGE_EXIT_CODE = 2;
const STOP_LIMIT_MS = 2000;

/** The program: runs until SIGINT or SIGTERM. Exit code 0, or 2 for options or a meters file that are wrong. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const options = parseOptions(argv);
    if (options === 'help') process.stdout.write(USAGE);
    else if (options === 'version') process.stdout.write(`power-exporter ${version()}\n`);
    else await serve(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`power-exporter: ${error.message}\n`);
    process.exitCode = USAGE_EXIT_CODE;
  }
}

async function serve({ configFile, host, port }: Options): Promise<void> {
  const { channels, close } = meterChannels(await readMetersFile(configFile));
  const server = createExporterServer({ registry: createRegistry(channels, version()), channels });
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    close();
    throw new ConfigError(`can't listen on ${host}:${port}: ${(error as Error).message}`);
  }
  log('info', 'Listening on', { address: addressOf(server.address() as AddressInfo) });
  await stopped;
  log('info', 'Stopping');
  close();
  server.close();
  server.closeIdleConnections();
  const limit = setTimeout(() => server.closeAllConnections(), STOP_LIMIT_MS);
  await once(server, 'close');
  clearTimeout(limit);
}

function addressOf({ address, port, family }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
