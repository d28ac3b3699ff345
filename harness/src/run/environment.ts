import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What of this machine can change a figure; run.json keeps it, `compare` will ask for it. */
export function environment(): Record<string, string | number | boolean> {
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch {
      return undefined;
    }
  };
  const facts: Record<string, string | number | boolean | undefined> = {
    architecture: arch(),
    cpu_model: cpus()[0]?.model.trim() || read('/proc/device-tree/model'),
    cpu_count: availableParallelism(),
    cpu_governor: read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
    cpu_turbo_disabled: read('/sys/devices/system/cpu/intel_pstate/no_turbo'),
    smt: read('/sys/devices/system/cpu/smt/control'),
    memory_bytes: totalmem(),
    kernel: `${type()} ${release()}`,
    load_average_1min: Math.round(loadavg()[0]! * 100) / 100,
    git_commit: gitCommit(),
  };
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string | number] => {
      return entry[1] !== undefined && entry[1] !== '';
    }),
  );
}

/** The checkout's commit, `+changes` where files differ from it. */
function gitCommit(): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
    }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? '+changes' : '');
  } catch {
    return undefined;
  }
}
