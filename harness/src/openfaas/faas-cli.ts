import { execa } from 'execa';
import { TargetError } from '../errors.js';
import { abortError } from '../processes/sleep.js';
import { findProgram } from '../tools/program.js';
import { faasCliUrl, withFaasCliConfig } from './faas-cli-config.js';
import { type GatewayAccess } from './gateway-access.js';

const LIMIT_SECONDS = 60;

export interface FaasCliOptions {
  gateway: GatewayAccess;
  stackFile: string;
  functionName: string;
  /** 60 by default. */
  limitSeconds?: number;
  signal?: AbortSignal;
}

/**
 * Deploys one function of a stack file by the real faas-cli, updating it where it is there already. Being
 * accepted is not being ready: see `waitReady`.
 * @throws TargetError (`DEPLOY_FAILED`) with faas-cli's own words; the signal's reason when aborted
 */
export async function deployFunction(options: FaasCliOptions): Promise<void> {
  const output = await run('deploy', ['--read-template=false'], options);
  // A deployment that faas-cli did not find in the file is no error to it.
  if (!output.includes(options.functionName)) {
    throw failure('deploy', options, `it deployed nothing: ${output || 'no output'}`);
  }
}

/** @throws TargetError (`REMOVE_FAILED`) with faas-cli's own words */
export async function removeFunction(options: FaasCliOptions): Promise<void> {
  await run('remove', [], options);
}

async function run(
  command: 'deploy' | 'remove',
  extra: readonly string[],
  options: FaasCliOptions,
): Promise<string> {
  const { gateway, stackFile, functionName, signal, limitSeconds = LIMIT_SECONDS } = options;
  if (signal?.aborted) throw abortError(signal);
  const program = findProgram('faas-cli');
  const result = await withFaasCliConfig(gateway, (directory) =>
    execa(
      program,
      [
        command,
        '--yaml',
        stackFile,
        '--filter',
        functionName,
        '--gateway',
        faasCliUrl(gateway),
        ...extra,
      ],
      {
        reject: false,
        all: true,
        stdin: 'ignore',
        timeout: limitSeconds * 1000,
        extendEnv: false,
        env: { ...withoutOpenFaas(process.env), OPENFAAS_CONFIG: directory },
        ...(signal ? { cancelSignal: signal } : {}),
      },
    ),
  );
  if (signal?.aborted) throw abortError(signal);
  if (result.timedOut) throw failure(command, options, `it did not end within ${limitSeconds} s`);
  if (result.failed)
    throw failure(command, options, saidBy(result.all) || String(result.shortMessage));
  return saidBy(result.all);
}

function failure(command: 'deploy' | 'remove', options: FaasCliOptions, why: string): TargetError {
  const { functionName, gateway } = options;
  return new TargetError(
    command === 'deploy' ? 'DEPLOY_FAILED' : 'REMOVE_FAILED',
    `faas-cli ${command} failed for ${functionName} at ${gateway.url}: ${why}`,
    'Check the gateway, its credentials and the stack file.',
  );
}

function saidBy(output: string | undefined): string {
  return (output ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ');
}

/** The user's own OpenFaaS settings (URL, namespace, credentials' folder) must not bend ours. */
function withoutOpenFaas(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([key]) => !key.startsWith('OPENFAAS_')));
}
