import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnergySourceError } from '../errors.js';
import { ManagedProcess, NotReadyError } from '../processes/managed-process.js';

/** Where CMake puts the twin. */
export const TWIN_PROGRAM = fileURLToPath(
  new URL('../../../firmware/build/host/power-meter-twin', import.meta.url),
);

export interface TwinOptions {
  /** The model of each channel, such as `cgroup:/sys/fs/cgroup/x,idle_watts=2`. */
  models: Record<number, string>;
  seed: number;
  /** Gets truth.csv and twin.log. */
  directory: string;
  /** More of its command line, such as `--gain-error=0.05`. */
  options: readonly string[];
  signal: AbortSignal;
}

export interface Twin {
  process: ManagedProcess<{ port: number }>;
  port: number;
  truthFile: string;
}

/** Starts a twin on a free loopback port. @throws EnergySourceError */
export async function startTwin(options: TwinOptions): Promise<Twin> {
  if (!existsSync(TWIN_PROGRAM)) {
    throw new EnergySourceError(
      'TWIN_NOT_BUILT',
      `The meter's digital twin is not built: ${TWIN_PROGRAM} is missing.`,
      'Run ./bootstrap, or npm run build.',
    );
  }
  const truthFile = join(options.directory, 'truth.csv');
  const channels = Object.entries(options.models).flatMap(([n, m]) => ['--channel', `${n}=${m}`]);
  try {
    const process = await ManagedProcess.start({
      command: TWIN_PROGRAM,
      args: [
        '--port',
        '0',
        ...channels,
        '--seed',
        String(options.seed),
        '--truth',
        truthFile,
        ...options.options,
      ],
      logFile: join(options.directory, 'twin.log'),
      ready: parseListening,
      readySeconds: 5,
      signal: options.signal,
    });
    return { process, port: process.readiness.port, truthFile };
  } catch (error) {
    if (!(error instanceof NotReadyError)) throw error;
    throw new EnergySourceError(
      'TWIN_FAILED',
      `The meter's digital twin did not start (${error.reason}): ${error.output || 'no output'}`,
      'Check --twin-options; power-meter-twin --help lists them.',
      { cause: error },
    );
  }
}

function parseListening(line: string): { port: number } | undefined {
  try {
    const { event, port } = JSON.parse(line) as { event?: string; port?: number };
    return event === 'listening' && port ? { port } : undefined;
  } catch {
    return undefined;
  }
}
