import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../errors.js';
import { DEFAULT_NAMESPACE } from './backend.js';
import { readCredentials, type Credentials } from './http/basic-auth.js';

export type BackendOptions =
  | {
      backend: 'process';
      functionsRoot: string;
      /** A cgroup with one of its own for each function's replicas, `function-NAME`. */
      replicaCgroups?: string;
    }
  | { backend: 'kubernetes'; namespace: string; imagePullPolicy: string };

export interface ProviderOptions {
  host: string;
  port: number;
  upstreamTimeoutMs: number;
  credentials?: Credentials;
  functions: BackendOptions;
}

const HINT =
  'Flags: --functions-root DIR [--replica-cgroups DIR], or --backend kubernetes [--namespace NAME] [--image-pull-policy POLICY]; ' +
  '[--port N] [--host ADDRESS] [--basic-auth-dir DIR] [--upstream-timeout-seconds S]';
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

/** @throws UsageError */
export function parseProviderOptions(argv: readonly string[]): ProviderOptions {
  const values = parse(argv);
  const directory = values['basic-auth-dir'];
  return {
    host: values.host,
    port: number('port', values.port, 0, 65_535),
    upstreamTimeoutMs:
      number('upstream-timeout-seconds', values['upstream-timeout-seconds'], 0.1, 86_400) * 1000,
    ...(directory === undefined ? {} : { credentials: credentials(directory) }),
    functions: backendOptions(values),
  };
}

function backendOptions(values: ReturnType<typeof parse>): BackendOptions {
  const { backend, namespace, 'functions-root': root, 'image-pull-policy': policy } = values;
  const replicaCgroups = values['replica-cgroups'];
  const refuse = (message: string): never => {
    throw new UsageError('PROVIDER_OPTIONS', message, HINT);
  };
  if (backend === 'process') {
    if (!root || !existsSync(root))
      return refuse(`--functions-root must be a folder, not '${root ?? ''}'.`);
    return { backend, functionsRoot: resolve(root), ...(replicaCgroups ? { replicaCgroups } : {}) };
  }
  if (backend !== 'kubernetes')
    return refuse(`--backend takes process or kubernetes, not '${backend}'.`);
  if (!/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    return refuse(`--namespace must be the name of a namespace, not '${namespace}'.`);
  if (!PULL_POLICIES.includes(policy))
    return refuse(`--image-pull-policy takes ${PULL_POLICIES.join(', ')}, not '${policy}'.`);
  return { backend, namespace, imagePullPolicy: policy };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '8081' },
        backend: { type: 'string', default: 'process' },
        'functions-root': { type: 'string' },
        'replica-cgroups': { type: 'string' },
        namespace: { type: 'string', default: DEFAULT_NAMESPACE },
        'image-pull-policy': { type: 'string', default: 'IfNotPresent' },
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
