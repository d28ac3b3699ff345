import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readProcessStat } from './process-stat.js';

test("this process's CPU time is what Node says it is", () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const said = (userCPUTime + systemCPUTime) / 1e6;
  const own = readProcessStat(process.pid)!.cpuSeconds;
  expect(own).toBeGreaterThan(said - 0.05);
  expect(own).toBeLessThan(said + 5); // children that ended count as well
});

test('a process that ended has none', () => {
  expect(readProcessStat(spawnSync(process.execPath, ['-e', '']).pid)).toBeUndefined();
});
