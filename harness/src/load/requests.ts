import { RunInvalidError } from '../errors.js';
import type { AppendTable } from '../run/append-table.js';
import type { Locate } from '../targets/target.js';
import { archiveUnreadable } from './k6-archive.js';
import { readK6Rows, type K6Row } from './k6-rows.js';

export interface ImportOptions {
  /** k6's rows. */
  requestsFile: string;
  /** The function that a scenario calls. */
  functionOf: (scenario: string) => string;
  locate: Locate;
  /** Gets the invocations. */
  table: AppendTable;
}

/**
 * Turns k6's rows into invocations, as a stream. A row of `http_req_duration` carries the time of its end (k6:
 * Trail.EndTime); its value is sending, waiting and receiving in milliseconds, so the invocation began that much before.
 * Which replica answered is in the row of the same call's `iterations`, which comes later; one that k6 cut off has none.
 * @returns how many there were
 * @throws LoadError where the file can't be read, RunInvalidError where it can't be known which node answered
 */
export async function importRequests(options: ImportOptions): Promise<number> {
  const { requestsFile, functionOf, locate, table } = options;
  const ended = new Map<string, K6Row>();
  let count = 0;
  const append = (rows: readonly EndedCall[]) => {
    count += rows.length;
    table.append(rows.map((each) => invocationOf(each, functionOf(each.row.scenario), locate)));
  };
  try {
    for await (const rows of readK6Rows(requestsFile, 'http_req_duration', 'iterations')) {
      const whole: EndedCall[] = [];
      for (const row of rows) {
        const call = metadataOf(row, 'call_id');
        const request = ended.get(call);
        if (row.metric === 'http_req_duration') ended.set(call, row);
        else if (request) {
          whole.push({ call, row: request, replica: metadataOf(row, 'replica') });
          ended.delete(call);
        }
      }
      append(whole);
    }
    append([...ended].map(([call, row]) => ({ call, row, replica: '' })));
    return count;
  } catch (error) {
    if (error instanceof RunInvalidError) throw error;
    throw archiveUnreadable(requestsFile, (error as Error).message, error);
  }
}

/** A request and who answered it; nobody, where that is empty. */
interface EndedCall {
  call: string;
  row: K6Row;
  replica: string;
}

function invocationOf({ call, row, replica }: EndedCall, functionName: string, locate: Locate) {
  const { timeUs, value } = row;
  const status = Number(row.status);
  const node = locate(functionName, replica) ?? unknownNode(functionName, status);
  return [functionName, node, timeUs - Math.round(value * 1000), timeUs, status, call];
}

function metadataOf({ metadata }: K6Row, name: string): string {
  return new RegExp(`(?:^|&)${name}=([^&]*)`).exec(metadata)?.[1] ?? '';
}

/** Nothing ran for a request that failed, or nobody knows where: it belongs to no node's figures. */
function unknownNode(functionName: string, status: number): string {
  if (status < 200 || status > 299) return '';
  throw new RunInvalidError(
    'REPLICA_UNKNOWN',
    `${functionName} has replicas on several nodes, and its answers do not say (X-Replica) which gave them.`,
    'Keep it on one node with --node, or let it answer with its host name in X-Replica.',
  );
}
