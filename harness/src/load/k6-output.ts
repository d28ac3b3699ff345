import { START_MARK } from './k6-script.js';

/** What k6 says while it runs, as far as we need it. */
export type K6Event =
  | { kind: 'progress'; elapsedSeconds: number; iterations: number }
  | { kind: 'start'; scenario: string; startUs: number }
  | { kind: 'error'; message: string }
  /** What it writes to a live output did not get there. */
  | { kind: 'output-failed'; message: string };

// "running (1m02.0s), 00/50 VUs, 3049 complete and 0 interrupted iterations", once a second.
const PROGRESS = /^running \((?:(\d+)h)?(?:(\d+)m)?([\d.]+)s\), .*?(\d+) complete and/;

/** Reads one line of k6's stdout, or of its stderr with `K6_LOG_FORMAT=json`. */
export function parseK6Line(line: string): K6Event | undefined {
  const progress = PROGRESS.exec(line);
  if (progress) {
    const [, hours = '0', minutes = '0', seconds, iterations] = progress;
    return {
      kind: 'progress',
      elapsedSeconds: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds),
      iterations: Number(iterations),
    };
  }
  return line.startsWith('{') ? parseLogLine(line) : undefined;
}

function parseLogLine(line: string): K6Event | undefined {
  let entry: { level?: string; msg?: string; error?: string; output?: string };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return undefined;
  }
  const { level, msg = '', error, output } = entry;
  if (msg.startsWith(START_MARK)) {
    const [scenario = '', startMs] = msg.slice(START_MARK.length).split(' ');
    return { kind: 'start', scenario, startUs: Number(startMs) * 1000 };
  }
  if (output && level === 'error') return { kind: 'output-failed', message: error ?? msg };
  return level === 'error' || level === 'fatal' ? { kind: 'error', message: msg } : undefined;
}
