import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { TargetError } from '../errors.js';
import { isAlive } from '../processes/process-stat.js';

/** Two benches on one machine would measure each other; a lock file lets one in at a time. */
export class TargetLock {
  private constructor(private readonly file: string) {}

  /** @throws TargetError naming who holds it */
  static take(name: string): TargetLock {
    const file = lockFile(name);
    for (;;) {
      try {
        writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
        return new TargetLock(file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = lockHolder(name);
      if (holder !== undefined) {
        throw new TargetError(
          'TARGET_BUSY',
          `Another bench (process ${holder}) is using the target '${name}'.`,
          'Two benches at once would measure each other: wait for it to end.',
        );
      }
      rmSync(file, { force: true });
    }
  }

  release(): void {
    rmSync(this.file, { force: true });
  }
}

/** The live process that holds the lock, if any. */
export function lockHolder(name: string): number | undefined {
  try {
    const pid = Number(readFileSync(lockFile(name), 'utf8'));
    return isAlive(pid) ? pid : undefined;
  } catch {
    return undefined; // nobody's, or given back just now
  }
}

function lockFile(name: string): string {
  const directory = join(tmpdir(), `power-harness-${userInfo().uid}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return join(directory, `${name.replaceAll(/[^\w.-]/g, '_')}.lock`);
}
