import { createReadStream } from 'node:fs';
import { createGunzip, type Gunzip, type ZlibOptions } from 'node:zlib';
import { LoadError } from '../errors.js';

/** The text of an archive of k6's rows. Reading it fails where there is none, or a damaged one. */
export function openArchive(file: string, options: ZlibOptions = {}): Gunzip {
  const source = createReadStream(file);
  const text = source.pipe(createGunzip(options));
  source.on('error', (error) => text.destroy(error));
  return text;
}

export function archiveUnreadable(file: string, why: string, cause?: unknown): LoadError {
  return new LoadError(
    'K6_ROWS_UNREADABLE',
    `k6's rows in ${file} can't be read: ${why}`,
    "k6's log is beside it.",
    { cause },
  );
}
