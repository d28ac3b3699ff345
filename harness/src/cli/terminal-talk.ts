import type { Talk } from '../bench/bench-options.js';

/** Where a line can't be rewritten, a phase tells of itself this often. */
const EVERY_SECONDS = 10;

const CLEAR_LINE = '\r\u001b[2K';

/** Talk on stderr: a live line on a terminal, plain lines elsewhere. */
export class TerminalTalk implements Talk {
  private live = false;
  private lastPhase = '';
  private lastTime = -Infinity;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  say(line: string): void {
    this.clear();
    this.stream.write(`${line}\n`);
  }

  progress(what: string, remainingSeconds: number, facts: readonly string[]): void {
    const line = [what, `${Math.max(0, Math.ceil(remainingSeconds))} s left`, ...facts].join('  ');
    if (this.stream.isTTY) {
      this.stream.write(`${CLEAR_LINE}${line.slice(0, (this.stream.columns || 80) - 1)}`);
      this.live = true;
      return;
    }
    const now = performance.now() / 1000;
    if (what === this.lastPhase && now - this.lastTime < EVERY_SECONDS) return;
    this.lastPhase = what;
    this.lastTime = now;
    this.stream.write(`${line}\n`);
  }

  private clear(): void {
    if (this.live) this.stream.write(CLEAR_LINE);
    this.live = false;
  }
}

/** `--quiet`: only the result and errors. */
export const SILENT: Talk = {
  say: () => undefined,
  progress: () => undefined,
};
