import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../processes/process-stat.js';

const V1_CPUACCT = '/sys/fs/cgroup/cpuacct';
const V2_ROOTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];

/**
 * A cgroup of our own, whose CPU time the kernel counts in nanoseconds (v1 cpuacct) or microseconds
 * (v2 cpu.stat). Undefined where this user can't make one.
 */
export function makeCgroup(name: string): string | undefined {
  const roots = [
    ...(existsSync(join(V1_CPUACCT, 'cpuacct.usage')) ? [V1_CPUACCT] : []),
    ...V2_ROOTS.filter((root) => existsSync(join(root, 'cgroup.controllers'))),
  ];
  for (const root of roots) {
    const path = join(root, name);
    try {
      mkdirSync(path);
    } catch {
      continue;
    }
    if (existsSync(join(path, 'cpuacct.usage')) || existsSync(join(path, 'cpu.stat'))) return path;
    rmdirSync(path);
  }
  return undefined;
}

/** One within another. */
export function makeInnerCgroup(path: string, name: string): string {
  const inner = join(path, name);
  mkdirSync(inner);
  return inner;
}

/** Removes the cgroup and those within; one that still holds processes is left to the next `removeStaleCgroups`. */
export function removeCgroup(path: string): void {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) rmdirSync(join(path, entry.name));
    }
    rmdirSync(path);
  } catch {
    return;
  }
}

/**
 * Removes empty cgroups that a killed run left behind.
 * @param prefix - of their names, which end with the process id of the run
 */
export function removeStaleCgroups(prefix: string): void {
  for (const root of [V1_CPUACCT, ...V2_ROOTS]) {
    if (!existsSync(root)) continue;
    for (const entry of readdirSync(root)) {
      const ended = entry.startsWith(prefix) && !isAlive(Number(entry.slice(prefix.length)));
      if (ended) removeCgroup(join(root, entry));
    }
  }
}
