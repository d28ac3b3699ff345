import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const rules = join(import.meta.dirname, '../rules');
const promtool = (...args: string[]) =>
  spawnSync('promtool', args, { cwd: rules, encoding: 'utf8' });

const missing = promtool('--version').status === 0 ? '' : ' (skipped: no promtool)';

test.skipIf(missing !== '')(`the rules for Prometheus are well formed${missing}`, () => {
  const { status, stdout, stderr } = promtool('check', 'rules', 'power-meter.rules.yml');
  expect(status, stdout + stderr).toBe(0);
});

test.skipIf(missing !== '')(`and say what they should, conserving energy${missing}`, () => {
  const { status, stdout, stderr } = promtool('test', 'rules', 'power-meter.test.yml');
  expect(status, stdout + stderr).toBe(0);
});
