import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.js';

export interface Options {
  /** Absent where the environment names the meter, as the first generation's did. */
  configFile?: string;
  webConfigFile?: string;
  /** Where sysfs is mounted. */
  sysfs: string;
  /** More requests at once are refused. */
  maxRequests: number;
  host: string;
  port: number;
}

export const DEFAULT_LISTEN_ADDRESS = '127.0.0.1:9838';

/** As node_exporter. */
const DEFAULT_MAX_REQUESTS = 40;

export const USAGE = `Usage: power-exporter --config.file FILE [--web.listen-address HOST:PORT]

Turns energy meters' datagrams into Prometheus metrics.

  --config.file FILE               the meters file (YAML)
  --web.listen-address HOST:PORT   where to serve /metrics (default ${DEFAULT_LISTEN_ADDRESS}; port 0: any free one)
  --web.config.file FILE           TLS and basic auth, as Prometheus' own exporters take them
  --path.sysfs DIR                 where sysfs is mounted, for meters of source rapl and hwmon (default /sys)
  --web.max-requests N             more requests at once are refused (default ${DEFAULT_MAX_REQUESTS})
  --help                           this text
  --version                        the version

Environment: NODE_NAME serves only that node's channels; POWERMETER_SERVER_IP, POWERMETER_SERVER_PORT, INA3221_CHANNEL
and POWERMETER_SUPPLY_VOLTS name one channel where there is no --config.file. SIGHUP reads the meters file again, and so
does a change of it.

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
        'web.config.file': { type: 'string' },
        'path.sysfs': { type: 'string', default: '/sys' },
        'web.max-requests': { type: 'string', default: String(DEFAULT_MAX_REQUESTS) },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
  if (values.help) return 'help';
  if (values.version) return 'version';
  const maxRequests = Number(values['web.max-requests']);
  if (!Number.isInteger(maxRequests) || maxRequests < 1) {
    throw new ConfigError(
      `--web.max-requests takes a whole number from 1 on, not '${values['web.max-requests']}'`,
    );
  }
  const [configFile, webConfigFile] = [values['config.file'], values['web.config.file']];
  return {
    ...(configFile === undefined ? {} : { configFile }),
    ...(webConfigFile === undefined ? {} : { webConfigFile }),
    sysfs: values['path.sysfs'],
    maxRequests,
    ...parseListenAddress(values['web.listen-address']),
  };
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
