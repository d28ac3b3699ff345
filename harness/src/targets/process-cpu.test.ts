import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { processCpuSeconds } from './process-cpu.js';

test("this process's CPU time is what Node says it is", () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const said = (userCPUTime + systemCPUTime) / 1e6;
  const own = processCpuSeconds(process.pid)!;
  expect(own).toBeGreaterThan(said - 0.05);
  expect(own).toBeLessThan(said + 5); // children that ended count as well
});

test('a process that ended has none', () => {
  expect(processCpuSeconds(spawnSync(process.execPath, ['-e', '']).pid)).toBeUndefined();
});
