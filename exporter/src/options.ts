import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.js';

export interface Options {
  configFile: string;
  host: string;
  port: number;
}

export const DEFAULT_LISTEN_ADDRESS = '127.0.0.1:9838';

export const USAGE = `Usage: power-exporter --config.file FILE [--web.listen-address HOST:PORT]

Turns energy meters' datagrams into Prometheus metrics.

  --config.file FILE               the meters file (YAML)
  --web.listen-address HOST:PORT   where to serve /metrics (default ${DEFAULT_LISTEN_ADDRESS}; port 0: any free one)
  --help                           this text
  --version                        the version

exporter/README.md describes the meters file and what is served.
`;

/** `help` and `version` are asked for instead of running. @throws ConfigError */
export function parseOptions(argv: readonly string[]): Options | 'help' | 'version' {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        'config.file': { type: 'string' },
        'web.listen-address': { type: 'string', default: DEFAULT_LISTEN_ADDRESS },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (!values['config.file']) throw new ConfigError('--config.file is missing');
  return { configFile: values['config.file'], ...parseListenAddress(values['web.listen-address']) };
}

function parseListenAddress(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new ConfigError(`--web.listen-address takes HOST:PORT, not '${text}'`);
  }
  // As with other exporters, an address without host is every one of this machine.
  return { host: match[1] ?? (match[2] === '' ? '::' : match[2]!), port };
}
