import { RunInvalidError, UsageError } from '../errors.js';
import { readManifest, readResult } from '../run/read-run.js';
import { compareRuns } from './compare-runs.js';
import type { Comparison } from './comparison.js';
import type { Run } from './environment-differences.js';

export interface CompareOptions {
  /** Run directories; the first is the baseline. */
  directories: readonly string[];
  thresholdRatio: number;
  /** Compares also what differs too much, or did not end well. */
  force: boolean;
}

/**
 * @throws UsageError where a run can't be read, has nothing in common with the first, or was measured elsewhere
 * @throws RunInvalidError where a run can't be trusted
 */
export async function compareDirectories(options: CompareOptions): Promise<Comparison> {
  const { directories, thresholdRatio, force } = options;
  const read = async (directory: string): Promise<Run> => ({
    manifest: await readManifest(directory),
    result: await readResult(directory),
  });
  const [baseline, ...runs] = await Promise.all(directories.map(read));
  if (!force) for (const run of [baseline!, ...runs]) refuseInvalid(run);
  const comparison = compareRuns(baseline!, runs, thresholdRatio);
  for (const each of comparison.runs) {
    if (each.functions.length === 0) {
      throw new UsageError(
        'NOTHING_IN_COMMON',
        `${each.run} has no function on a node that ${comparison.baseline} has too.`,
        `It has ${each.only_in_run.join(', ') || 'none'}; the first has ${each.only_in_baseline.join(', ') || 'none'}.`,
      );
    }
  }
  if (!force) refuseDiffering(comparison);
  return comparison;
}

function refuseInvalid({ manifest }: Run): void {
  if (manifest.state === 'complete') return;
  throw new RunInvalidError(
    'RUN_NOT_COMPLETE',
    `${manifest.run} can't be compared: it ended as ${manifest.state}.`,
    'power-harness runs show tells why; --force compares it all the same.',
  );
}

function refuseDiffering({ baseline, runs }: Comparison): void {
  for (const { run, differences } of runs) {
    const severe = differences.filter((each) => each.severe);
    if (severe.length === 0) continue;
    const list = severe.map((each) => `${each.what}: ${each.baseline} / ${each.run}`);
    throw new UsageError(
      'ENVIRONMENTS_DIFFER',
      `${baseline} and ${run} differ in more than what was measured: ${list.join('; ')}.`,
      'Measure both in the same way, such as with the same --rate; --force compares them all the same.',
    );
  }
}
