import { dirname, resolve } from 'node:path';
import { execa } from 'execa';
import { TargetError } from '../errors.js';
import { abortError } from '../processes/sleep.js';
import { findProgram } from '../tools/program.js';
import { faasCliUrl, withFaasCliConfig } from './faas-cli-config.js';
import type { GatewayAccess } from './gateway-access.js';

const LIMIT_SECONDS = 60;

export interface FaasCliOptions {
  gateway: GatewayAccess;
  functionName: string;
  /** 60 by default. */
  limitSeconds?: number;
  signal?: AbortSignal;
}

export interface DeployOptions extends FaasCliOptions {
  stackFile: string;
  /** Where the function has none of its own in the stack file. */
  constraints?: readonly string[];
  /** Beside its own. */
  labels?: Readonly<Record<string, string>>;
}

/**
 * Deploys one function of a stack file by the real faas-cli, updating it where it is there already. Being
 * accepted is not being ready: see `waitReady`.
 * @throws TargetError (`DEPLOY_FAILED`) with faas-cli's own words; the signal's reason when aborted
 */
export async function deployFunction(options: DeployOptions): Promise<void> {
  const stackFile = resolve(options.stackFile);
  const output = await run('deploy', options, () => ({
    args: [
      ...['--yaml', stackFile, '--filter', options.functionName, '--read-template=false'],
      ...(options.constraints ?? []).flatMap((each) => ['--constraint', each]),
      ...Object.entries(options.labels ?? {}).flatMap(([k, v]) => ['--label', `${k}=${v}`]),
    ],
    cwd: dirname(stackFile), // the file's environment_file entries start there
  }));
  // A function that faas-cli did not find in the file is no error to it.
  if (!output.includes(options.functionName)) {
    throw failure('deploy', options, `it deployed nothing: ${output || 'no output'}`);
  }
}

/** @throws TargetError (`REMOVE_FAILED`) with faas-cli's own words */
export async function removeFunction(options: FaasCliOptions): Promise<void> {
  // By name and away from any stack.yml: with a stack file faas-cli ends well whatever the gateway said.
  await run('remove', options, (directory) => ({ args: [options.functionName], cwd: directory }));
}

async function run(
  command: 'deploy' | 'remove',
  options: FaasCliOptions,
  lineIn: (configDirectory: string) => { args: string[]; cwd: string },
): Promise<string> {
  const { gateway, signal, limitSeconds = LIMIT_SECONDS } = options;
  if (signal?.aborted) throw abortError(signal);
  const program = findProgram('faas-cli');
  const result = await withFaasCliConfig(gateway, (directory) => {
    const { args, cwd } = lineIn(directory);
    return execa(program, [command, ...args, '--gateway', faasCliUrl(gateway)], {
      cwd,
      reject: false,
      all: true,
      stdin: 'ignore',
      timeout: limitSeconds * 1000,
      extendEnv: false,
      env: { ...withoutOpenFaas(process.env), OPENFAAS_CONFIG: directory },
      ...(signal ? { cancelSignal: signal } : {}),
    });
  });
  if (signal?.aborted) throw abortError(signal);
  if (result.timedOut) throw failure(command, options, `it did not end within ${limitSeconds} s`);
  const said = saidBy(String(result.all ?? ''));
  if (result.failed) throw failure(command, options, said || String(result.shortMessage));
  return said;
}

function failure(command: 'deploy' | 'remove', options: FaasCliOptions, why: string): TargetError {
  const { functionName, gateway } = options;
  return new TargetError(
    command === 'deploy' ? 'DEPLOY_FAILED' : 'REMOVE_FAILED',
    `faas-cli ${command} failed for ${functionName} at ${gateway.url}: ${why}`,
    'Check the gateway, its credentials and the stack file.',
  );
}

function saidBy(output: string): string {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ');
}

/** The user's own OpenFaaS settings (URL, namespace, credentials' folder) must not bend ours. */
function withoutOpenFaas(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([key]) => !key.startsWith('OPENFAAS_')));
}
