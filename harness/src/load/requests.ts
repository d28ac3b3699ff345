import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, constants } from 'node:zlib';
import { LoadError } from '../errors.js';
import { type AppendTable } from '../run/append-table.js';
import { Database, literal } from '../run/database.js';

export interface ImportOptions {
  /** k6's rows. */
  requestsFile: string;
  functionName: string;
  node: string;
  /** Gets the invocations. */
  table: AppendTable;
}

/**
 * Turns k6's rows into invocations, as a stream: memory does not grow with the file. A row of
 * `http_req_duration` carries the time of its end (k6: Trail.EndTime); its value is sending, waiting and
 * receiving in milliseconds, so the invocation began that much before.
 * @returns how many there were
 * @throws LoadError where the file can't be read at all
 */
export async function importRequests(options: ImportOptions): Promise<number> {
  const appended = { count: 0 };
  try {
    return await importFrom(options.requestsFile, options, appended);
  } catch {
    // k6 was killed before it ended the archive: what is whole is in it all the same.
    const salvaged = `${options.requestsFile}.salvaged.csv`;
    try {
      await salvage(options.requestsFile, salvaged);
      return await importFrom(salvaged, options, appended);
    } catch (error) {
      throw new LoadError(
        'K6_ROWS_UNREADABLE',
        `k6's rows in ${options.requestsFile} can't be read: ${(error as Error).message.split('\n')[0]}`,
        "k6's log is beside it.",
        { cause: error },
      );
    } finally {
      await rm(salvaged, { force: true });
    }
  }
}

/** Appends what comes after the first `appended.count` requests, and counts on. */
function importFrom(
  file: string,
  { functionName, node, table }: ImportOptions,
  appended: { count: number },
): Promise<number> {
  const sql = `
    SELECT CAST(CAST("timestamp" AS BIGINT) - round(CAST(metric_value AS DOUBLE) * 1000) AS BIGINT),
           CAST("timestamp" AS BIGINT),
           coalesce(TRY_CAST(status AS USMALLINT), 0),
           coalesce(regexp_extract(metadata, 'call_id=([^&]*)', 1), '')
    FROM read_csv(${literal(file)}, header = true, all_varchar = true, null_padding = true,
                  ignore_errors = true, parallel = false)
    WHERE metric_name = 'http_req_duration'`;
  return Database.with(async (database) => {
    let seen = 0;
    for await (const rows of database.chunks(sql)) {
      const fresh = rows.slice(Math.max(0, appended.count - seen));
      seen += rows.length;
      table.append(
        fresh.map(([startUs, endUs, status, callId]) => [
          functionName,
          node,
          Number(startUs),
          Number(endUs),
          Number(status),
          String(callId),
        ]),
      );
      appended.count += fresh.length;
    }
    return appended.count;
  });
}

/** Unpacks as far as a broken archive goes. */
async function salvage(archive: string, target: string): Promise<void> {
  await pipeline(
    createReadStream(archive),
    createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }),
    createWriteStream(target),
  );
}
