import { constants } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { openArchive } from './k6-archive.js';

/** One row of k6's CSV output. */
export interface K6Row {
  metric: string;
  timeUs: number;
  value: number;
  scenario: string;
  /** As k6 wrote it: empty where the metric has none. */
  status: string;
  metadata: string;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * The rows of some metrics in an archive of k6's CSV output, some hundreds at a time: memory does not grow with the file.
 * An archive that k6 could not end is read as far as its lines are whole.
 * @throws Error where it is no archive, or damaged
 */
export async function* readK6Rows(
  file: string,
  ...metrics: readonly string[]
): AsyncGenerator<K6Row[]> {
  const text = openArchive(file, {
    chunkSize: CHUNK_BYTES,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  text.setEncoding('utf8');
  const starts = metrics.map((metric) => `${metric},`);
  let rest = '';
  let header: string | undefined;
  for await (const chunk of text as AsyncIterable<string>) {
    const lines: string[] = [];
    const pending = rest + chunk;
    let start = 0;
    for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n', start)) {
      if (header === undefined) header = pending.slice(start, end + 1);
      else if (starts.some((text) => pending.startsWith(text, start)))
        lines.push(pending.slice(start, end + 1));
      start = end + 1;
    }
    rest = pending.slice(start);
    if (lines.length > 0) yield parseRows(header! + lines.join(''));
  }
}

function parseRows(csv: string): K6Row[] {
  const records = parse<Record<string, string>>(csv, { columns: true, relax_column_count: true });
  return records.map(({ timestamp, metric_value, ...row }) => ({
    metric: row['metric_name'] ?? '',
    timeUs: Number(timestamp),
    value: Number(metric_value),
    scenario: row['scenario'] ?? '',
    status: row['status'] ?? '',
    metadata: row['metadata'] ?? '',
  }));
}
