import { readFile } from 'node:fs/promises';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { ConfigError } from './config-error.js';
import { substituteVariables, UnsetVariable, type Environment } from './environment-variables.js';
import { parseMeterAddress } from './meter-address.js';

export interface MeterChannel {
  /** 1 to 6. */
  channel: number;
  /** What the channel feeds. */
  node: string;
}

export interface MeterConfig {
  name: string;
  host: string;
  port: number;
  intervalMs: number;
  supplyVolts?: number;
  channels: MeterChannel[];
}

export interface MetersFile {
  meters: MeterConfig[];
}

const DEFAULT_INTERVAL_MS = 100;

const SCHEMA = {
  type: 'object',
  required: ['meters'],
  additionalProperties: false,
  properties: {
    meters: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['name', 'address', 'channels'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 1 },
          address: { type: 'string', minLength: 1 },
          interval_ms: { type: 'integer', minimum: 20, maximum: 10_000 },
          supply_volts: { type: 'number', exclusiveMinimum: 0, maximum: 26 },
          channels: {
            type: 'object',
            minProperties: 1,
            additionalProperties: false,
            patternProperties: {
              '^[1-6]$': {
                type: 'object',
                required: ['node'],
                additionalProperties: false,
                properties: { node: { type: 'string', minLength: 1 } },
              },
            },
          },
        },
      },
    },
  },
};

interface RawMeter {
  name: string;
  address: string;
  interval_ms?: number;
  supply_volts?: number;
  channels: Record<string, { node: string }>;
}

/** @throws ConfigError naming file, line and field */
export async function readMetersFile(
  file: string,
  environment: Environment = process.env,
): Promise<MetersFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`can't read the meters file: ${(error as Error).message}`);
  }
  return parseMetersFile(text, file, environment);
}

/** @throws ConfigError naming file, line and field */
export function parseMetersFile(
  text: string,
  file: string,
  environment: Environment = {},
): MetersFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = document.errors;
  if (problem) {
    const { line } = lines.linePos(problem.pos[0]);
    throw new ConfigError(`${file}:${line}: ${problem.message.split('\n')[0]}`);
  }
  substitute(document, lines, file, environment);
  const fail = (path: (string | number)[], message: string): never => {
    throw new ConfigError(
      `${file}:${lineOf(document, lines, path)}: ${path.join('.') || 'the file'} ${message}`,
    );
  };
  const content = document.toJS() as unknown;
  const validate = new Ajv2020({ strict: false }).compile<{ meters: RawMeter[] }>(SCHEMA);
  if (!validate(content)) return fail(...describe(validate.errors![0]!));
  const names = new Set<string>();
  return {
    meters: content.meters.map((meter, index) => {
      const address = parseMeterAddress(meter.address);
      if (!address) return fail(['meters', index, 'address'], `'${meter.address}' is no HOST:PORT`);
      if (names.has(meter.name))
        return fail(['meters', index, 'name'], `'${meter.name}' is there twice`);
      names.add(meter.name);
      return {
        name: meter.name,
        ...address,
        intervalMs: meter.interval_ms ?? DEFAULT_INTERVAL_MS,
        ...(meter.supply_volts === undefined ? {} : { supplyVolts: meter.supply_volts }),
        channels: Object.entries(meter.channels).map(([channel, { node }]) => {
          return { channel: Number(channel), node };
        }),
      };
    }),
  };
}

function substitute(
  document: Document,
  lines: LineCounter,
  file: string,
  environment: Environment,
): void {
  try {
    substituteVariables(document, environment);
  } catch (error) {
    if (!(error instanceof UnsetVariable)) throw error;
    const { line } = lines.linePos(error.node.range![0]);
    throw new ConfigError(`${file}:${line}: the environment variable ${error.variable} is not set`);
  }
}

/** The channels of one node; meters without any are left out. */
export function onlyNode({ meters }: MetersFile, node: string): MetersFile {
  return {
    meters: meters
      .map((meter) => ({ ...meter, channels: meter.channels.filter((each) => each.node === node) }))
      .filter(({ channels }) => channels.length > 0),
  };
}

function describe({
  instancePath,
  message,
  params,
  keyword,
}: ErrorObject): [(string | number)[], string] {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  if (keyword === 'additionalProperties' && extra !== undefined) {
    const what = path.at(-1) === 'channels' ? 'is no channel (1 to 6)' : 'is no known field';
    return [[...path, extra], what];
  }
  return [path, message ?? 'is not valid'];
}

/** The line of the deepest part of a path that is there. */
function lineOf(document: Document, lines: LineCounter, path: (string | number)[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const keys = path
      .slice(0, depth)
      .map((key, i) => (path[i - 1] === 'channels' ? Number(key) : key));
    const node = document.getIn(keys, true) as { range?: [number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
