import { readFileSync } from 'node:fs';
import { type FunctionStatus } from '../backend.js';
import { type Replica } from './replica.js';

/** /proc counts CPU in hundredths of a second and memory in pages (proc(5)). */
const TICK_SECONDS = 0.01;
const PAGE_BYTES = 4096;

/** What replicas use: mean CPU since their start in thousandths of a core, and resident memory. */
export function processUsage(replicas: readonly Replica[]): NonNullable<FunctionStatus['usage']> {
  let [cpu, totalMemoryBytes] = [0, 0];
  for (const { pid, startedMs } of replicas) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const seconds = (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS;
      cpu += (1000 * seconds) / Math.max(0.001, (Date.now() - startedMs) / 1000);
      totalMemoryBytes += Number(fields[21]) * PAGE_BYTES;
    } catch {
      continue; // it has just ended
    }
  }
  return { cpu, totalMemoryBytes };
}
