import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { archiveUnreadable, openArchive } from './k6-archive.js';
import { shiftRows } from './shift-rows.js';

/** The archives are large and soon read again. */
const FAST = { level: 1 };

/**
 * Joins archives of k6's CSV output to one, one after the other under one header: rows keep their order within an
 * archive and have none between archives.
 * @param byUs - added to every time
 * @throws LoadError (`K6_ROWS_UNREADABLE`) where one is damaged, cut off, or has other columns
 */
export async function mergeRows(
  archives: readonly string[],
  merged: string,
  byUs: number,
): Promise<void> {
  await pipeline(rowsOf(archives), shiftRows(byUs), createGzip(FAST), createWriteStream(merged));
}

async function* rowsOf(archives: readonly string[]): AsyncGenerator<Buffer> {
  let columns: Buffer | undefined;
  for (const archive of archives) {
    let header: Buffer | undefined = Buffer.alloc(0);
    for await (const chunk of textOf(archive)) {
      if (!header) {
        yield chunk;
        continue;
      }
      header = Buffer.concat([header, chunk]);
      const end = header.indexOf('\n') + 1;
      if (end === 0) continue;
      const own = header.subarray(0, end);
      if (columns && !columns.equals(own)) throw archiveUnreadable(archive, 'it has other columns');
      yield columns ? header.subarray(end) : header;
      columns ??= own;
      header = undefined;
    }
    if (header) throw archiveUnreadable(archive, 'it has no rows');
  }
}

async function* textOf(archive: string): AsyncGenerator<Buffer> {
  try {
    yield* openArchive(archive) as AsyncIterable<Buffer>;
  } catch (error) {
    throw archiveUnreadable(archive, (error as Error).message, error);
  }
}
