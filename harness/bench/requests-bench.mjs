// Reading k6's rows: a gzip CSV of a million requests (13 rows each, as k6 writes them) into invocations. Prints rows a
// second and the peak of memory, which must not grow with the file: a tenth of it is read beside it.
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';

const METRICS = [
  'http_reqs',
  'http_req_duration',
  'http_req_blocked',
  'http_req_connecting',
  'http_req_tls_handshaking',
  'http_req_sending',
  'http_req_waiting',
  'http_req_receiving',
  'http_req_failed',
  'data_sent',
  'data_received',
  'iteration_duration',
  'iterations',
];

function* rows(requests) {
  yield 'metric_name,timestamp,metric_value,error_code,expected_response,scenario,status,extra_tags,metadata\n';
  for (let call = 0; call < requests; call++) {
    const timeUs = 1_795_459_268_944_479 + call * 1000 + ((call * 7919) % 997);
    const value = (4 + ((call * 104_729) % 3000) / 1000).toFixed(6);
    yield METRICS.map(
      (name) => `${name},${timeUs},${value},,true,load,200,,call_id=f-1-${call}\n`,
    ).join('');
  }
}

const script = `
import { AppendTable } from ${JSON.stringify(new URL('../dist/run/append-table.js', import.meta.url).href)};
import { importRequests } from ${JSON.stringify(new URL('../dist/load/requests.js', import.meta.url).href)};
const [directory, requestsFile] = process.argv.slice(1);
const table = AppendTable.create(directory, 'invocations');
const start = performance.now();
const count = await importRequests({ requestsFile, functionOf: () => 'f', node: 'n', table });
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ count, seconds, peakBytes: process.resourceUsage().maxRSS * 1024 }));`;

console.log('requests        rows   archive MB   seconds     rows/s   peak MB');
for (const requests of [100_000, 1_000_000]) {
  const directory = mkdtempSync(join(tmpdir(), 'requests-bench-'));
  const file = join(directory, 'requests.csv.gz');
  await pipeline(Readable.from(rows(requests)), createGzip({ level: 1 }), createWriteStream(file));
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script, directory, file],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      encoding: 'utf8',
    },
  );
  if (!stdout) throw new Error(stderr);
  const { count, seconds, peakBytes } = JSON.parse(stdout);
  if (count !== requests) throw new Error(`${count} of ${requests} requests were read`);
  const lines = requests * METRICS.length;
  console.log(
    [
      String(requests).padStart(8),
      String(lines).padStart(11),
      (statSync(file).size / 1e6).toFixed(1).padStart(12),
      seconds.toFixed(2).padStart(9),
      Math.round(lines / seconds)
        .toString()
        .padStart(10),
      (peakBytes / 1e6).toFixed(0).padStart(9),
    ].join(' '),
  );
  rmSync(directory, { recursive: true });
}
