import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { chartFile, type Chart } from './html/render-chart.js';

/** Writes each chart as figures/NAME.svg and the table behind it as tables/NAME.csv. */
export async function writeCharts(directory: string, charts: readonly Chart[]): Promise<void> {
  for (const chart of charts) {
    await writeInto(directory, 'figures', `${chart.id}.svg`, await chartFile(chart));
    await writeTable(directory, chart.id, chart.table);
  }
}

/** @param rows - the first is the header */
export async function writeTable(
  directory: string,
  name: string,
  rows: readonly unknown[][],
): Promise<void> {
  await writeInto(directory, 'tables', `${name}.csv`, stringify([...rows]));
}

async function writeInto(
  directory: string,
  folder: string,
  name: string,
  text: string,
): Promise<void> {
  await mkdir(join(directory, folder), { recursive: true });
  await writeFile(join(directory, folder, name), text);
}
