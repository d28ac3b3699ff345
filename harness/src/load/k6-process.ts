import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { LoadError } from '../errors.js';
import { tiedToParent } from '../processes/command-line.js';
import { abortError } from '../processes/sleep.js';
import { findProgram } from '../tools/program.js';
import { K6Log } from './k6-log.js';
import { type K6Event, parseK6Line } from './k6-output.js';
import { CONFIG_FILE, K6_SCRIPT, type K6Config, SCRIPT_FILE } from './k6-script.js';

export const REQUESTS_FILE = 'requests.csv.gz';
const LOG_FILE = 'k6.log';

/** Where k6 writes its metrics while it runs, besides its files. */
export interface LiveOutput {
  /** Name of the output and the variables that configure it, credentials among them. */
  name: string;
  environment: Record<string, string>;
  /** Labels of all that it writes. */
  tags: Record<string, string>;
}

export interface K6Options {
  config: K6Config;
  /** Gets the script, its configuration, the log, the summary and the rows. */
  directory: string;
  /** Whether to write a row per sample to requests.csv.gz. */
  rows: boolean;
  live?: LiveOutput;
  /** k6 is ended when it takes longer. */
  limitSeconds: number;
  /** How long k6 may take to end in order after an abort. */
  stopSeconds: number;
  signal: AbortSignal;
  onEvent?: (event: K6Event) => void;
}

/**
 * Runs k6 to its end. On an abort it gets SIGINT, ends in order (its files stay readable) and is killed
 * where it doesn't; it also ends when this process is killed.
 * @throws LoadError (`K6_MISSING`, `K6_FAILED`, `K6_HANGS`) or the signal's reason
 */
export async function runK6(options: K6Options): Promise<void> {
  const { config, directory, rows, live, limitSeconds, signal } = options;
  if (signal.aborted) throw abortError(signal);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, SCRIPT_FILE), K6_SCRIPT);
  await writeFile(join(directory, CONFIG_FILE), `${JSON.stringify(config, null, 2)}\n`);
  const k6 = findProgram('k6');
  // Without an address k6 offers no REST API: no port, and two of them can run.
  const args = [
    'run',
    '--address=',
    '--no-color',
    ...(rows ? ['--out', `csv=${REQUESTS_FILE}`] : []),
    ...(live ? ['--out', live.name] : []),
    ...Object.entries(live?.tags ?? {}).flatMap(([name, value]) => ['--tag', `${name}=${value}`]),
  ];
  const [command, line] = tiedToParent(k6, [...args, SCRIPT_FILE]);
  const child = execa(command, line, {
    cwd: directory,
    // A session of its own: a Ctrl-C in the terminal reaches only us, and we stop k6 in order.
    detached: true,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    extendEnv: false,
    env: { ...withoutK6(process.env), ...K6_ENVIRONMENT, ...live?.environment },
  });
  const errors: string[] = [];
  const log = new K6Log(join(directory, LOG_FILE));
  const read = [child.stdout, child.stderr].map((stream) => {
    const lines = createInterface({ input: stream, crlfDelay: Infinity });
    lines.on('line', (line) => {
      log.add(line);
      const event = parseK6Line(line);
      if (event?.kind === 'error') errors.push(event.message);
      if (event) options.onEvent?.(event);
    });
    return once(lines, 'close');
  });
  const stopping = new Stopping(child, options.stopSeconds);
  const onAbort = () => stopping.begin();
  signal.addEventListener('abort', onAbort, { once: true });
  const limit = setTimeout(() => stopping.begin('limit'), limitSeconds * 1000);
  try {
    const { exitCode, signal: endedBy, originalMessage } = await child;
    await Promise.all(read);
    if (signal.aborted) throw abortError(signal);
    if (stopping.reason === 'limit') {
      throw new LoadError(
        'K6_HANGS',
        `k6 did not end within ${limitSeconds} s and was stopped.`,
        `Its log is ${join(directory, LOG_FILE)}.`,
      );
    }
    if (exitCode !== 0) {
      const why =
        errors.at(-1) ?? originalMessage ?? `it ended by ${endedBy ?? `code ${exitCode}`}`;
      throw new LoadError(
        'K6_FAILED',
        `k6 failed: ${why}`,
        `Its log is ${join(directory, LOG_FILE)}.`,
      );
    }
  } finally {
    clearTimeout(limit);
    stopping.end();
    signal.removeEventListener('abort', onAbort);
    await log.close();
  }
}

const K6_ENVIRONMENT = {
  K6_CSV_TIME_FORMAT: 'unix_micro',
  K6_LOG_FORMAT: 'json',
  K6_NO_USAGE_REPORT: 'true',
  K6_AUTO_EXTENSION_RESOLUTION: 'false',
};

/** The user's own k6 settings must not bend the load. */
function withoutK6(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([key]) => !key.startsWith('K6_')));
}

class Stopping {
  reason: 'abort' | 'limit' | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly child: { kill(signal: NodeJS.Signals): boolean },
    private readonly graceSeconds: number,
  ) {}

  begin(reason: 'abort' | 'limit' = 'abort'): void {
    if (this.reason) return;
    this.reason = reason;
    this.child.kill('SIGINT');
    this.timer = setTimeout(() => this.child.kill('SIGKILL'), this.graceSeconds * 1000);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
