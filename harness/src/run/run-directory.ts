import { mkdir, open, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import type { Phase } from '../attribution/input.js';
import type { RunManifest, RunState } from './manifest.js';
import { hashFiles } from './hash-files.js';

/** What a default run writes is about 2 MB; more than that is needed for long ones. */
const NEEDED_BYTES = 64 * 1024 * 1024;

const PHASES_HEADER = 'phase,repetition,start_us,end_us,function\n';

/** A run's folder while it is being written: run.json is never half there, rows appear as they happen. */
export class RunDirectory {
  private constructor(
    readonly path: string,
    readonly manifest: RunManifest,
  ) {}

  /**
   * Makes `out`/`manifest.run`.
   * @throws UsageError where it can't be written or the disk is full
   */
  static async create(out: string, manifest: RunManifest): Promise<RunDirectory> {
    await assertWritable(out);
    const base = join(out, manifest.run);
    let path = base;
    for (let n = 2; existsSync(path); n++) path = `${base}-${n}`;
    await mkdir(join(path, 'k6'), { recursive: true });
    const directory = new RunDirectory(path, { ...manifest, run: path.slice(out.length + 1) });
    writeFileSync(join(path, 'phases.csv'), PHASES_HEADER);
    await directory.save();
    return directory;
  }

  file(...names: string[]): string {
    return join(this.path, ...names);
  }

  addPhase({ phase, repetition, startUs, endUs, function: name = '' }: Phase): void {
    const row = [phase, repetition, Math.round(startUs), Math.round(endUs), name].join(',');
    appendFileSync(this.file('phases.csv'), `${row}\n`);
  }

  /** Writes run.json whole or not at all. */
  async save(): Promise<void> {
    const target = this.file('run.json');
    const draft = `${target}.new`;
    await writeFile(draft, `${JSON.stringify(this.manifest, null, 2)}\n`);
    await rename(draft, target);
  }

  /** The last act: every file's hash, and how the run ended. */
  async seal(state: RunState): Promise<void> {
    this.manifest.state = state;
    this.manifest.ended_us = Date.now() * 1000;
    this.manifest.files = await hashFiles(this.path);
    await this.save();
  }
}

/** One by one: where a folder refuses new ones with ENOENT, as /proc does, Node's recursive mkdir never returns. */
async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) return;
  await makeFolder(dirname(path));
  await mkdir(path);
}

/** @throws UsageError naming the folder and what is wrong with it */
export async function assertWritable(out: string): Promise<void> {
  const probe = join(out, `.write-test-${process.pid}`);
  try {
    await makeFolder(resolve(out));
    const handle = await open(probe, 'w');
    await handle.close();
    await rm(probe);
  } catch (error) {
    throw new UsageError(
      'OUT_NOT_WRITABLE',
      `Can't write to ${out}: ${(error as Error).message}`,
      'Name a folder you may write to with --out.',
      { cause: error },
    );
  }
  const { bavail, bsize } = await statfs(existsSync(out) ? out : dirname(out));
  if (bavail * bsize < NEEDED_BYTES) {
    throw new UsageError(
      'DISK_FULL',
      `Only ${Math.floor((bavail * bsize) / 1e6)} MB are free where ${out} is; a run may need ${Math.ceil(NEEDED_BYTES / 1e6)} MB.`,
      'Free some space or name another folder with --out.',
    );
  }
}
