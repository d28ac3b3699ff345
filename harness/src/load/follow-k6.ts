import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { LoadError } from '../errors.js';
import { abortError } from '../processes/sleep.js';
import { K6Log } from './k6-log.js';
import { type K6Options, REQUESTS_FILE } from './k6-options.js';
import { parseK6Line } from './k6-output.js';
import { CONFIG_FILE, K6_SCRIPT, SCRIPT_FILE } from './k6-script.js';

const LOG_FILE = 'k6.log';

/** A k6 under way, wherever it runs. */
export interface K6Process {
  stdout: Readable;
  stderr: Readable;
  /** Its exit code, or how it ended without one; rejects where that can't be known. */
  ended: Promise<{ exitCode?: number | undefined; how?: string | undefined }>;
  kill(signal: 'SIGINT' | 'SIGKILL'): void;
}

/** Script and configuration, in the directory of a run. @throws the signal's reason */
export async function writeScript({ config, directory, signal }: K6Options): Promise<void> {
  if (signal.aborted) throw abortError(signal);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, SCRIPT_FILE), K6_SCRIPT);
  await writeFile(join(directory, CONFIG_FILE), `${JSON.stringify(config, null, 2)}\n`);
}

/** k6's command line, but for its own name. Without an address it offers no REST API: no port, and two can run. */
export function k6Arguments({ rows, live }: K6Options): string[] {
  return [
    'run',
    '--address=',
    '--no-color',
    ...(rows ? ['--out', `csv=${REQUESTS_FILE}`] : []),
    ...(live ? ['--out', live.name] : []),
    ...Object.entries(live?.tags ?? {}).flatMap(([name, value]) => ['--tag', `${name}=${value}`]),
    SCRIPT_FILE,
  ];
}

/** What the user's own settings must not bend. */
export const K6_ENVIRONMENT = {
  K6_CSV_TIME_FORMAT: 'unix_micro',
  K6_LOG_FORMAT: 'json',
  K6_NO_USAGE_REPORT: 'true',
  K6_AUTO_EXTENSION_RESOLUTION: 'false',
};

/**
 * Logs what k6 says and tells its events, to its end. On an abort, and at its limit, it gets SIGINT, ends in order (its
 * files stay readable) and is killed where it doesn't.
 * @throws LoadError (`K6_FAILED`, `K6_HANGS`), what `ended` rejects with, or the signal's reason
 */
export async function followK6(k6: K6Process, options: K6Options): Promise<void> {
  const { directory, limitSeconds, signal } = options;
  const errors: string[] = [];
  const log = new K6Log(join(directory, LOG_FILE));
  const read = [k6.stdout, k6.stderr].map((stream) => {
    const lines = createInterface({ input: stream, crlfDelay: Infinity });
    lines.on('line', (line) => {
      log.add(line);
      const event = parseK6Line(line);
      if (event?.kind === 'error') errors.push(event.message);
      if (event) options.onEvent?.(event);
    });
    return once(lines, 'close');
  });
  const stopping = new Stopping(k6, options.stopSeconds);
  const onAbort = () => stopping.begin();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const limit = setTimeout(() => stopping.begin('limit'), limitSeconds * 1000);
  const hint = `Its log is ${join(directory, LOG_FILE)}.`;
  try {
    const { exitCode, how } = await k6.ended;
    await Promise.all(read);
    if (signal.aborted) throw abortError(signal);
    if (stopping.reason === 'limit') {
      const message = `k6 did not end within ${limitSeconds} s and was stopped.`;
      throw new LoadError('K6_HANGS', message, hint);
    }
    if (exitCode === 0) return;
    const why = errors.at(-1) ?? how ?? `it ended by code ${exitCode}`;
    throw new LoadError('K6_FAILED', `k6 failed: ${why}`, hint);
  } catch (error) {
    throw signal.aborted ? abortError(signal) : error;
  } finally {
    clearTimeout(limit);
    stopping.end();
    signal.removeEventListener('abort', onAbort);
    await log.close();
  }
}

class Stopping {
  reason: 'abort' | 'limit' | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly k6: Pick<K6Process, 'kill'>,
    private readonly graceSeconds: number,
  ) {}

  begin(reason: 'abort' | 'limit' = 'abort'): void {
    if (this.reason) return;
    this.reason = reason;
    this.k6.kill('SIGINT');
    this.timer = setTimeout(() => this.k6.kill('SIGKILL'), this.graceSeconds * 1000);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
