import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { Registry } from 'prom-client';
import { ConfigError } from './config-error.js';
import { watchFiles } from './file-watch.js';
import { metersOfEnvironment } from './first-generation-environment.js';
import { createExporterServer, tlsOptions, type ServedState } from './http-server.js';
import { log } from './log.js';
import { createRegistry } from './metrics.js';
import { MeteredChannels } from './metered-channels.js';
import { reloadOnChange } from './meters-reload.js';
import { onlyNode, readMetersFile, type MetersFile } from './meters-file.js';
import { parseOptions, USAGE, type Options } from './options.js';
import { readWebConfig, type WebConfig } from './web-config.js';

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

async function serve(options: Options): Promise<void> {
  const { configFile, host, port } = options;
  const web = options.webConfigFile ? readWebConfig(options.webConfigFile) : { users: new Map() };
  const metered = new MeteredChannels(options.sysfs);
  metered.apply(await readMeters(configFile));
  const reload = configFile ? reloadOnChange(configFile, takeOver) : undefined;
  const state: ServedState = { channels: [], registry: new Registry(), web };
  const refresh = () => {
    state.channels = metered.all;
    state.registry = createRegistry(metered.all, version(), reload?.state);
  };
  async function takeOver() {
    metered.apply(await readMeters(configFile));
    refresh();
  }
  refresh();
  const server = createExporterServer(state, options.maxRequests);
  const unwatch = options.webConfigFile
    ? rereadWebConfig(state, server, options.webConfigFile)
    : undefined;
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    metered.close();
    throw new ConfigError(`can't listen on ${host}:${port}: ${(error as Error).message}`);
  }
  log('info', 'Listening on', { address: addressOf(server.address() as AddressInfo) });
  await stopped;
  log('info', 'Stopping');
  reload?.close();
  unwatch?.();
  metered.close();
  server.close();
  server.closeIdleConnections();
  const limit = setTimeout(() => server.closeAllConnections(), STOP_LIMIT_MS);
  await once(server, 'close');
  clearTimeout(limit);
}

/** @throws ConfigError */
async function readMeters(configFile: string | undefined): Promise<MetersFile> {
  const meters = configFile ? await readMetersFile(configFile) : metersOfEnvironment(process.env);
  if (!meters) throw new ConfigError('--config.file is missing');
  const node = process.env['NODE_NAME'];
  if (!node) return meters;
  const own = onlyNode(meters, node);
  if (own.meters.length === 0) log('warn', 'No channel feeds this node', { node });
  return own;
}

/** Goes over to other passwords or another certificate; one that is wrong is not taken. */
function rereadWebConfig(state: ServedState, server: Server | TlsServer, file: string): () => void {
  return watchFiles((state.web as WebConfig).files, () => {
    try {
      const web = readWebConfig(file);
      const isTls = 'setSecureContext' in server;
      if (isTls !== (web.tls !== undefined))
        throw new ConfigError('TLS goes on and off only with a restart');
      if (isTls && web.tls) server.setSecureContext(tlsOptions(web.tls));
      state.web = web;
      log('info', 'Web config file read again', { file });
    } catch (error) {
      log('error', 'The web config file is not taken, the one before goes on', {
        error: (error as Error).message,
      });
    }
  });
}

function addressOf({ address, port, family }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
