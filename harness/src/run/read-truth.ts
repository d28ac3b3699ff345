import { existsSync } from 'node:fs';
import type { Truth } from '../attribution/truth.js';
import { Database, literal } from './database.js';

/**
 * Reads a twin's truth file: `time_us,channel,source,energy_joules,...`, cumulative by channel and source.
 * @returns a series for each channel, its sources summed; empty where there is no file
 */
export async function readTruth(file: string): Promise<Truth[]> {
  if (!existsSync(file)) return [];
  return Database.with(async (database) => {
    const from = `read_csv(${literal(file)}, header = true, all_varchar = true)`;
    const rows = await database.rows(
      `SELECT channel, count(DISTINCT time_us) FROM ${from} GROUP BY channel ORDER BY channel`,
    );
    const truths: Truth[] = [];
    for (const [channel, count] of rows) {
      const [timeUs, energyJoules] = await database.columns(
        `SELECT CAST(time_us AS DOUBLE) AS t, sum(CAST(energy_joules AS DOUBLE)) FROM ${from}
         WHERE channel = ${literal(String(channel))} GROUP BY t ORDER BY t`,
        ['DOUBLE', 'DOUBLE'],
        Number(count),
      );
      truths.push({ timeUs, energyJoules });
    }
    return truths;
  });
}

/** A channel's energy by source; those that the file does not have are left out. */
export async function readTruthBySource(
  file: string,
  channel: number,
  sources: readonly string[],
): Promise<Map<string, Truth>> {
  return Database.with(async (database) => {
    const truths = new Map<string, Truth>();
    for (const source of sources) {
      const from =
        `read_csv(${literal(file)}, header = true, all_varchar = true)` +
        ` WHERE channel = ${literal(String(channel))} AND source = ${literal(source)}`;
      const [[count] = [0]] = await database.rows(`SELECT count(*) FROM ${from}`);
      const [timeUs, energyJoules] = await database.columns(
        `SELECT CAST(time_us AS DOUBLE) AS t, CAST(energy_joules AS DOUBLE) FROM ${from} ORDER BY t`,
        ['DOUBLE', 'DOUBLE'],
        Number(count),
      );
      if (timeUs.length > 0) truths.set(source, { timeUs, energyJoules });
    }
    return truths;
  });
}
