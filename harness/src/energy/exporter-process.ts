import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnergySourceError, UsageError } from '../errors.js';
import { ManagedProcess, NotReadyError } from '../processes/managed-process.js';

const EXPORTER_PROGRAM = fileURLToPath(
  new URL('../../../exporter/bin/power-exporter.js', import.meta.url),
);
const USAGE_EXIT_CODE = 2;

export interface ExporterProcess {
  process: ManagedProcess<string>;
  /** Such as `http://127.0.0.1:43211`. */
  url: string;
}

/** Starts an exporter on a free loopback port. @throws UsageError for a bad meters file, EnergySourceError */
export async function startExporter(
  metersFile: string,
  directory: string,
  sysfs: string,
  signal: AbortSignal,
): Promise<ExporterProcess> {
  try {
    const exporter = await ManagedProcess.start({
      command: process.execPath,
      args: [
        EXPORTER_PROGRAM,
        ...['--config.file', metersFile],
        ...['--web.listen-address', '127.0.0.1:0'],
        ...['--path.sysfs', sysfs],
      ],
      // NODE_NAME would leave out the channels of other nodes.
      env: { ...process.env, NODE_NAME: '' },
      logFile: join(directory, 'exporter.log'),
      ready: (line) => /msg="Listening on".*address=(\S+)/.exec(line)?.[1],
      readySeconds: 10,
      signal,
    });
    return { process: exporter, url: `http://${exporter.readiness}` };
  } catch (error) {
    if (!(error instanceof NotReadyError)) throw error;
    if (error.exitCode === USAGE_EXIT_CODE) {
      throw new UsageError(
        'METERS_FILE',
        error.output,
        `See the meters file in exporter/README.md.`,
      );
    }
    throw new EnergySourceError(
      'EXPORTER_FAILED',
      `The exporter did not start (${error.reason}): ${error.output || 'no output'}`,
      'Its log is exporter.log in the run directory.',
      { cause: error },
    );
  }
}
