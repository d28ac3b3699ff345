import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { LoadError } from '../../../errors.js';
import type { PodProcess } from './pod-exec.js';
import { PodShell } from './pod-shell.js';

/** A shell of this machine in place of a container's, with the same end when the connection is cut; for tests. */
export class LocalShell {
  /** Every command line so far. */
  readonly commands: string[] = [];
  /** The connections so far. */
  readonly processes: PodProcess[] = [];
  /** So many bytes of a file's first fetch get lost. */
  loseBytes = 0;
  /** So many of the next commands' answers get lost. */
  loseAnswers = 0;
  readonly folder = mkdtempSync(join(tmpdir(), 'local-shell-'));
  readonly shell = new PodShell((command) => Promise.resolve(this.start(command)));

  /** @param path - folders of programs, first those of tests */
  constructor(private readonly path = process.env['PATH']!) {}

  /** One whose programs are busybox' alone, as in images of Alpine; undefined where there is none. */
  static busybox(): LocalShell | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'busybox-'));
    mkdirSync(folder, { recursive: true });
    const { status } = spawnSync('busybox', ['--install', '-s', folder]);
    return status === 0 ? new LocalShell(folder) : undefined;
  }

  private start([program, ...args]: readonly string[]): PodProcess {
    this.commands.push(args.join(' '));
    const env = { PATH: this.path, HOME: this.folder };
    const found = spawnSync('sh', ['-c', `command -v ${program}`], { env, encoding: 'utf8' });
    const child = spawn(found.stdout.trim() || 'sh', args, { env, cwd: this.folder });
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    stdin.pipe(child.stdin);
    child.stdin.on('error', () => undefined);
    const lost = args.some((arg) => arg.startsWith('cat "$1"')) ? this.loseBytes : 0;
    if (lost > 0) this.loseBytes = 0;
    const silent = this.loseAnswers > 0;
    if (silent) this.loseAnswers--;
    let skipped = 0;
    child.stdout.on('data', (data: Buffer) => {
      const skip = silent ? data.length : Math.min(lost - skipped, data.length);
      skipped += skip;
      stdout.write(data.subarray(skip));
    });
    child.stdout.on('end', () => stdout.end());
    let cut: () => void;
    const isCut = new Promise<never>((_, reject) => {
      cut = () => {
        stdin.end();
        reject(new LoadError('LOAD_CONNECTION_LOST', 'cut'));
      };
    });
    const closed = new Promise<{ exitCode: number }>((resolve) =>
      child.once('close', (code) => resolve({ exitCode: code ?? 255 })),
    );
    const ended = Promise.race([closed, isCut]);
    ended.catch(() => undefined);
    const process = { stdin, stdout, stderr: child.stderr, ended, cut: () => cut() };
    this.processes.push(process);
    return process;
  }
}
