import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** How many iterations k6 left out between two times, by its rows: the summary can't tell when. */
export async function countDropped(file: string, fromUs: number, toUs: number): Promise<number> {
  const source = createReadStream(file);
  const text = source.pipe(createGunzip());
  source.on('error', (error) => text.destroy(error));
  let dropped = 0;
  for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
    if (!line.startsWith('dropped_iterations,')) continue;
    const [, timeUs, count] = line.split(',');
    if (Number(timeUs) >= fromUs && Number(timeUs) < toUs) dropped += Number(count);
  }
  return dropped;
}
