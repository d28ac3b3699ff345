import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LoadError } from '../errors.js';
import { SUMMARY_FILE } from './k6-script.js';

/** One metric of k6's summary: its figures by name, such as `count`, `rate`, `avg`, `p(95)`. */
export type K6Summary = Record<string, Record<string, number>>;

/** @throws LoadError (`K6_FAILED`) where k6 wrote none or not one we can read */
export async function readSummary(directory: string): Promise<K6Summary> {
  const file = join(directory, SUMMARY_FILE);
  try {
    const { metrics } = JSON.parse(await readFile(file, 'utf8')) as {
      metrics: Record<string, { values: Record<string, number> }>;
    };
    return Object.fromEntries(Object.entries(metrics).map(([name, { values }]) => [name, values]));
  } catch (error) {
    throw new LoadError('K6_FAILED', `k6 left no summary: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
}
