import { readFileSync } from 'node:fs';

/** USER_HZ: the unit of /proc/PID/stat is 10 ms on every Linux architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * CPU seconds (user and system) of a process and its waited-for children; undefined where it has ended.
 * Source: proc(5), fields 14 to 17 of /proc/PID/stat.
 */
export function processCpuSeconds(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / TICKS_PER_SECOND;
}
