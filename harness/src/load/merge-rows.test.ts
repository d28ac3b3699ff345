import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mergeRows } from './merge-rows.js';

const HEADER = 'metric_name,timestamp,metric_value\n';

let directory: string;

beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'merge-rows-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function archive(name: string, content: Buffer | string): string {
  const file = join(directory, name);
  writeFileSync(file, typeof content === 'string' ? gzipSync(content) : content);
  return file;
}

function merge(archives: string[], byUs = 0): Promise<void> {
  return mergeRows(archives, join(directory, 'merged.csv.gz'), byUs);
}

const merged = () => gunzipSync(readFileSync(join(directory, 'merged.csv.gz'))).toString();

test('rows of all under one header by our clock, larger than one chunk', async () => {
  const rows = (start: number) =>
    Array.from({ length: 20_000 }, (_, at) => `http_reqs,${start + at},1\n`).join('');
  await merge(
    [
      archive('1.csv.gz', HEADER + rows(1000)),
      archive('2.csv.gz', HEADER),
      archive('3.csv.gz', HEADER + rows(2000)),
    ],
    -7,
  );
  expect(merged()).toBe(HEADER + rows(993) + rows(1993));
});

test('an archive that is cut off, empty, no archive, not there, or has other columns', async () => {
  const whole = archive('1.csv.gz', `${HEADER}http_reqs,1,1\n`);
  const cut = archive('cut.csv.gz', readFileSync(whole).subarray(0, -5));
  const other = archive('other.csv.gz', 'metric_name,value\n');
  const plain = archive('plain.csv.gz', Buffer.from('no archive'));
  for (const broken of [cut, archive('empty.csv.gz', ''), plain, other, join(directory, 'gone')]) {
    await expect(merge([whole, broken])).rejects.toMatchObject({
      code: 'K6_ROWS_UNREADABLE',
      message: expect.stringContaining(broken) as string,
    });
  }
});
