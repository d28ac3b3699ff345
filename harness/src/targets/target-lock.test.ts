import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { lockHolder, TargetLock } from './target-lock.js';
import { writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

test('one at a time, and the second is told who holds it', () => {
  const name = `test-${process.pid}-held`;
  const lock = TargetLock.take(name);
  expect(lockHolder(name)).toBe(process.pid);
  expect(() => TargetLock.take(name)).toThrow(
    expect.objectContaining({ code: 'TARGET_BUSY', exitCode: 5 }),
  );
  lock.release();
  expect(lockHolder(name)).toBeUndefined();
  TargetLock.take(name).release();
});

test('a lock whose holder died does not keep the next one out', () => {
  const name = `test-${process.pid}-stale`;
  TargetLock.take(name).release();
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  writeFileSync(join(tmpdir(), `power-harness-${userInfo().uid}`, `${name}.lock`), String(dead));
  TargetLock.take(name).release();
});
