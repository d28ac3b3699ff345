import { readProcessStat } from '../../processes/process-stat.js';
import type { FunctionStatus } from '../backend.js';
import type { Replica } from './replica.js';

/** What replicas use: mean CPU since their start in thousandths of a core, and resident memory. */
export function processUsage(replicas: readonly Replica[]): NonNullable<FunctionStatus['usage']> {
  let [cpu, totalMemoryBytes] = [0, 0];
  for (const { pid, startedMs } of replicas) {
    const stat = readProcessStat(pid);
    if (!stat) continue;
    cpu += (1000 * stat.cpuSeconds) / Math.max(0.001, (Date.now() - startedMs) / 1000);
    totalMemoryBytes += stat.residentBytes;
  }
  return { cpu, totalMemoryBytes };
}
