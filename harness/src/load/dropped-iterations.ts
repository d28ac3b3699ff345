import { readK6Rows } from './k6-rows.js';

/** How many iterations k6 left out between two times, by its rows: the summary can't tell when. */
export async function countDropped(file: string, fromUs: number, toUs: number): Promise<number> {
  let dropped = 0;
  for await (const rows of readK6Rows(file, 'dropped_iterations')) {
    for (const { timeUs, value } of rows) if (timeUs >= fromUs && timeUs < toUs) dropped += value;
  }
  return dropped;
}
