import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { AppendTable } from '../run/append-table.js';
import type { Locate } from '../targets/target.js';
import { importRequests } from './requests.js';

const HEADER =
  'metric_name,timestamp,metric_value,error_code,expected_response,scenario,status,extra_tags,metadata\n';

function rowsOf(call: number, status = '200', durationMs = '5.161834'): string {
  const timeUs = 1_795_459_268_944_479 + call * 1000;
  return (
    `http_reqs,${timeUs},1.000000,,true,load,${status},,call_id=f-1-${call}\n` +
    `http_req_duration,${timeUs},${durationMs},,true,load,${status},,call_id=f-1-${call}\n` +
    `iterations,${timeUs},1.000000,,,load,,,call_id=f-1-${call}\n`
  );
}

async function imported(
  archive: Buffer,
  locate: Locate = () => 'n',
): Promise<{ count: number; lines: string[]; directory: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'requests-'));
  const requestsFile = join(directory, 'requests.csv.gz');
  writeFileSync(requestsFile, archive);
  const table = AppendTable.create(directory, 'invocations');
  try {
    const count = await importRequests({
      requestsFile,
      functionOf: () => 'f',
      locate,
      table,
    });
    const [, ...lines] = readFileSync(join(directory, 'invocations.csv'), 'utf8')
      .trim()
      .split('\n');
    return { count, lines, directory };
  } finally {
    table.close();
  }
}

test('a request began its duration before the time of its rows', async () => {
  const { count, lines } = await imported(
    gzipSync(
      HEADER + rowsOf(0) + rowsOf(1, '503', '0.000000') + rowsOf(2, '', '1.5') + rowsOf(3, '0'),
    ),
  );
  expect(count).toBe(4);
  expect(lines).toEqual([
    'f,n,1795459268939317,1795459268944479,200,f-1-0',
    'f,n,1795459268945479,1795459268945479,503,f-1-1',
    'f,n,1795459268944979,1795459268946479,0,f-1-2',
    'f,n,1795459268947479,1795459268947479,0,f-1-3'.replace('1795459268947479', '1795459268942317'),
  ]);
});

test('k6 killed before it ended the archive: the whole rows are kept, and nothing is left over', async () => {
  let text = HEADER;
  for (let call = 0; call < 20_000; call++) text += rowsOf(call);
  const archive = gzipSync(text);
  const { count, lines, directory } = await imported(
    archive.subarray(0, Math.floor(archive.length / 2)),
  );
  expect(count).toBeGreaterThan(5_000);
  expect(count).toBeLessThan(15_000);
  expect(lines).toHaveLength(count);
  expect(new Set(lines).size).toBe(count);
  expect(readdirSync(directory).sort()).toEqual(['invocations.csv', 'requests.csv.gz']);
});

test('no requests are no invocations', async () => {
  expect((await imported(gzipSync(HEADER))).count).toBe(0);
});

test('a file that is no archive is said to be so', async () => {
  await expect(imported(Buffer.from('something else'))).rejects.toMatchObject({
    code: 'K6_ROWS_UNREADABLE',
    exitCode: 6,
  });
});

test('an invocation belongs to the node of the replica that answered', async () => {
  const archive = gzipSync(
    HEADER +
      [0, 1, 2]
        .map((call) => rowsOf(call, call === 2 ? '0' : '200'))
        .join('')
        .replace('iterations,1795459268944479,1.000000,,,load,,,call_id=f-1-0', '$&&replica=pod-a')
        .replace('iterations,1795459268945479,1.000000,,,load,,,call_id=f-1-1', '$&&replica=pod-b'),
  );
  const nodes: Record<string, string> = { 'pod-a': 'worker1', 'pod-b': 'worker2' };
  const { lines } = await imported(archive, (_, replica) => nodes[replica]);
  expect(lines.map((line) => line.split(',').slice(0, 2).join())).toEqual([
    'f,worker1',
    'f,worker2',
    'f,',
  ]);
});

test('an answer whose node can not be known spoils the run', async () => {
  await expect(imported(gzipSync(HEADER + rowsOf(0)), () => undefined)).rejects.toMatchObject({
    code: 'REPLICA_UNKNOWN',
    exitCode: 4,
  });
});
