import type { Readable } from 'node:stream';

const MOST_LINES = 1000;
const LONGEST_LINE = 8192;

export interface TimedLine {
  timeMs: number;
  instance: string;
  text: string;
}

/** The last lines that a function's replicas said, in memory that does not grow. */
export class LogRing {
  private readonly lines: TimedLine[] = [];
  private readonly listeners = new Set<(line: TimedLine) => void>();

  add(instance: string, text: string): void {
    const line = { timeMs: Date.now(), instance, text: text.slice(0, LONGEST_LINE) };
    this.lines.push(line);
    if (this.lines.length > MOST_LINES) this.lines.shift();
    for (const listener of this.listeners) listener(line);
  }

  /** Cuts a stream into lines; one that never ends is cut where it gets too long. */
  follow(instance: string, stream: Readable): void {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.add(instance, part.replace(/\r$/, ''));
      if (rest.length > LONGEST_LINE) {
        this.add(instance, rest);
        rest = '';
      }
    });
    stream.on('end', () => {
      if (rest !== '') this.add(instance, rest);
    });
    stream.on('error', () => undefined);
  }

  past(): readonly TimedLine[] {
    return [...this.lines];
  }

  /** Lines to come, until the signal. */
  async *future(signal: AbortSignal): AsyncGenerator<TimedLine> {
    const waiting: TimedLine[] = [];
    let wake: () => void = () => undefined;
    const listener = (line: TimedLine) => {
      if (waiting.length < MOST_LINES) waiting.push(line);
      wake();
    };
    const onAbort = () => wake();
    this.listeners.add(listener);
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        const line = waiting.shift();
        if (line) yield line;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.listeners.delete(listener);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
