import { LoadError } from '../errors.js';
import { type AppendTable } from '../run/append-table.js';
import { readK6Rows } from './k6-rows.js';

export interface ImportOptions {
  /** k6's rows. */
  requestsFile: string;
  /** The function that a scenario calls. */
  functionOf: (scenario: string) => string;
  node: string;
  /** Gets the invocations. */
  table: AppendTable;
}

/**
 * Turns k6's rows into invocations, as a stream. A row of `http_req_duration` carries the time of its end (k6:
 * Trail.EndTime); its value is sending, waiting and receiving in milliseconds, so the invocation began that much before.
 * @returns how many there were
 * @throws LoadError where the file can't be read
 */
export async function importRequests(options: ImportOptions): Promise<number> {
  const { requestsFile, functionOf, node, table } = options;
  let count = 0;
  try {
    for await (const rows of readK6Rows(requestsFile, 'http_req_duration')) {
      table.append(
        rows.map(({ timeUs, value, scenario, status, metadata }) => [
          functionOf(scenario),
          node,
          timeUs - Math.round(value * 1000),
          timeUs,
          Number(status),
          /call_id=([^&]*)/.exec(metadata)?.[1] ?? '',
        ]),
      );
      count += rows.length;
    }
    return count;
  } catch (error) {
    throw new LoadError(
      'K6_ROWS_UNREADABLE',
      `k6's rows in ${requestsFile} can't be read: ${(error as Error).message}`,
      "k6's log is beside it.",
      { cause: error },
    );
  }
}
