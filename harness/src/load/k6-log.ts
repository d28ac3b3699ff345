import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** k6 logs a line for each request without an answer: that must not fill the disk. */
const MOST_LINES = 5000;

/** What k6 prints, kept in a file up to a limit. */
export class K6Log {
  private readonly stream: WriteStream;
  private lines = 0;

  constructor(file: string) {
    this.stream = createWriteStream(file);
    this.stream.on('error', () => undefined); // a full disk shows in the rows; it must not end us here
  }

  add(line: string): void {
    if (++this.lines <= MOST_LINES) this.stream.write(`${line}\n`);
  }

  /** Resolves when all of it is in the file (or can't be written). */
  async close(): Promise<void> {
    const more = this.lines - MOST_LINES;
    this.stream.end(more > 0 ? `... and ${more} lines more\n` : '');
    await finished(this.stream).catch(() => undefined);
  }
}
