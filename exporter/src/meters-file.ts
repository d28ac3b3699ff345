import { readFile } from 'node:fs/promises';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { ConfigError } from './config-error.js';
import { ASSUMED_SHUNT_MICROOHMS, type Correction } from './correction.js';
import { substituteVariables, UnsetVariable, type Environment } from './environment-variables.js';
import { parseMeterAddress } from './meter-address.js';
import { FILE_SCHEMA, meterSchema, SOURCES, type RawMeter } from './meters-schema.js';

export interface MeterChannel {
  /** 1 to 6. */
  channel: number;
  /** What the channel feeds. */
  node: string;
  /** Of a meter of the first generation. */
  correction?: Correction;
  /** Of RAPL: which zones are added; packages and memory where undefined. */
  zones?: string[];
  /** Of hwmon: the label of the sensor's channel. */
  rail?: string;
}

interface AnyMeterConfig {
  name: string;
  intervalMs: number;
  channels: MeterChannel[];
}

/** A meter that sends datagrams. */
export interface NetworkMeterConfig extends AnyMeterConfig {
  source: 'meter';
  host: string;
  port: number;
  supplyVolts?: number;
}

/** Sensors of the exporter's own machine in a meter's place. */
export interface LocalMeterConfig extends AnyMeterConfig {
  source: 'rapl' | 'hwmon';
}

export type MeterConfig = NetworkMeterConfig | LocalMeterConfig;

export interface MetersFile {
  meters: MeterConfig[];
}

const DEFAULT_INTERVAL_MS = 100;

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
  const ajv = new Ajv2020({ strict: false });
  const validateFile = ajv.compile<{ meters: RawMeter[] }>(FILE_SCHEMA);
  if (!validateFile(content)) return fail(...describe(validateFile.errors![0]!));
  const validators = new Map(SOURCES.map((source) => [source, ajv.compile(meterSchema(source))]));
  const names = new Set<string>();
  const meters = content.meters.map((meter, index): MeterConfig => {
    const { name, source = 'meter' } = meter;
    const validate = validators.get(source)!;
    if (!validate(meter)) {
      const [path, message] = describe(validate.errors![0]!);
      return fail(['meters', index, ...path], message);
    }
    if (names.has(name)) return fail(['meters', index, 'name'], `'${name}' is there twice`);
    names.add(name);
    const any = {
      name,
      intervalMs: meter.interval_ms ?? DEFAULT_INTERVAL_MS,
      channels: Object.entries(meter.channels).map(toChannel),
    };
    if (source !== 'meter') return { source, ...any };
    const address = parseMeterAddress(meter.address!);
    if (!address) return fail(['meters', index, 'address'], `'${meter.address}' is no HOST:PORT`);
    const supply = meter.supply_volts === undefined ? {} : { supplyVolts: meter.supply_volts };
    return { source, ...any, ...address, ...supply };
  });
  return { meters };
}

function toChannel([channel, raw]: [string, RawMeter['channels'][string]]): MeterChannel {
  const { node, shunt_uohm, gain, offset_ua, ...ofSource } = raw;
  const corrected = [shunt_uohm, gain, offset_ua].some((value) => value !== undefined);
  const correction = {
    shuntMicroohms: shunt_uohm ?? ASSUMED_SHUNT_MICROOHMS,
    gain: gain ?? 1,
    offsetMicroamperes: offset_ua ?? 0,
  };
  return { channel: Number(channel), node, ...ofSource, ...(corrected ? { correction } : {}) };
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
