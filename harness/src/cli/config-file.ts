import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse, YAMLParseError } from 'yaml';
import { UsageError } from '../errors.js';

/** A named target: a gateway that runs already, with its meters; with a context, in a Kubernetes cluster. */
export interface ConfiguredTarget {
  gateway: string;
  meters?: string;
  node?: string;
  context?: string;
  kubeconfig?: string;
  /** Such as `http://127.0.0.1:9090`. */
  prometheus?: string;
  /** Whether runs are written to it. */
  remote_write?: boolean;
  /** Which channels feed a node, as `meter/channel`. */
  nodes?: Record<string, string[]>;
  /** Whether its meters are twins. */
  simulated?: boolean;
  namespaces?: { functions?: string; platform?: string; exporters?: string; load?: string };
  /** Of load that comes from within the cluster. */
  load?: {
    /** The gateway as pods see it. */
    gateway?: string;
    /** The node that k6 runs on. */
    node?: string;
    /** With k6 and a shell. */
    image?: string;
    /** As pods see it, for k6's own metrics. */
    prometheus?: string;
    /** How many k6 share the load. */
    parallelism?: number;
    /** With curl and a shell: what k6-operator starts them with. */
    starter_image?: string;
  };
}

/** Where k6 runs: on this machine, or in the target's cluster. */
export const LOAD_PLACES = ['local', 'in-cluster'] as const;
export type LoadPlace = (typeof LOAD_PLACES)[number];

/** power-harness.yaml. Precedence: flag, environment, this file, built-in default. */
export interface ConfigFile {
  target?: string;
  targets?: Record<string, ConfiguredTarget>;
  bench?: Partial<
    Record<'rate' | 'duration' | 'repetitions' | 'idle' | 'settle' | 'warmup' | 'seed', number>
  > &
    Partial<Record<'payload' | 'method' | 'stack' | 'precision' | 'budget', string>> & {
      load?: LoadPlace;
    };
}

const number = { type: 'number', minimum: 0 };
const channel = { type: 'string', pattern: '^.+/[1-6]$' };
const boolean = { type: 'boolean' };
const text = { type: 'string', minLength: 1 };
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    target: text,
    targets: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['gateway'],
        properties: {
          ...{ gateway: text, meters: text, node: text, context: text, kubeconfig: text },
          ...{ prometheus: text, remote_write: boolean, simulated: boolean },
          nodes: { type: 'object', additionalProperties: { type: 'array', items: channel } },
          namespaces: {
            type: 'object',
            additionalProperties: false,
            properties: { functions: text, platform: text, exporters: text, load: text },
          },
          load: {
            type: 'object',
            additionalProperties: false,
            properties: {
              ...{ gateway: text, node: text, image: text, prometheus: text, starter_image: text },
              parallelism: { type: 'integer', minimum: 1, maximum: 100 },
            },
          },
        },
        // What is a cluster's means nothing without one.
        dependentRequired: {
          ...Object.fromEntries(
            ['kubeconfig', 'prometheus', 'nodes', 'simulated', 'namespaces', 'load'].map((key) => [
              key,
              ['context'],
            ]),
          ),
          remote_write: ['prometheus'],
        },
      },
    },
    bench: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ...{ rate: number, duration: number, repetitions: number, idle: number },
        ...{ settle: number, warmup: number, seed: number },
        ...{ precision: text, budget: text },
        ...{
          payload: text,
          stack: text,
          method: { enum: ['auto', 'difference', 'regression', 'ratio'] },
          load: { enum: LOAD_PLACES },
        },
      },
    },
  },
};

/**
 * Reads the config file; the default one need not be there.
 * @throws UsageError naming the place that is wrong
 */
export async function readConfigFile(file: string, required: boolean): Promise<ConfigFile> {
  if (!existsSync(file)) {
    if (!required) return {};
    throw new UsageError('CONFIG_MISSING', `There is no config file ${file}.`, 'Check --config.');
  }
  let content: unknown;
  try {
    content = parse(await readFile(file, 'utf8')) ?? {};
  } catch (error) {
    const reason = error instanceof YAMLParseError ? error.message.split('\n')[0] : String(error);
    throw new UsageError('CONFIG_INVALID', `${file}: ${reason}`, 'It must be YAML.');
  }
  const validate = new Ajv2020({ allErrors: false }).compile(SCHEMA);
  if (!validate(content)) {
    const { instancePath, message, params } = validate.errors![0]!;
    const what = (params as { additionalProperty?: string }).additionalProperty;
    throw new UsageError(
      'CONFIG_INVALID',
      `${file}: ${instancePath || 'the file'} ${message}${what ? ` ('${what}')` : ''}`,
      'docs/config.md describes the file.',
    );
  }
  return content as ConfigFile;
}
