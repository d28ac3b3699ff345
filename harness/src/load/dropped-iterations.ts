import type { LoadWindow } from './load-window.js';
import { readK6Rows } from './k6-rows.js';

/** How many iterations k6 left out in each window, by its rows: the summary can't tell when. */
export async function countDropped(
  file: string,
  windows: readonly LoadWindow[],
): Promise<number[]> {
  const dropped = windows.map(() => 0);
  for await (const rows of readK6Rows(file, 'dropped_iterations')) {
    for (const { timeUs, value } of rows) {
      const at = windows.findIndex(({ startUs, endUs }) => timeUs >= startUs && timeUs < endUs);
      if (at >= 0) dropped[at]! += value;
    }
  }
  return dropped;
}
