// How long `power-harness analyze` takes, and how much memory, for as many samples as invocations: from Parquet, and from
// csv.gz. Energy follows from the invocations, so the figure is checked too: a row that got lost would show.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const START_US = 1_795_435_200_000_000;
const IDLE_WATTS = 2;
const JOULES = 0.001;
/** A cycle is so many ms of idle and of load; there are ten, and idle after the last. */
const CYCLES = 10;
const LOAD_SHARE = 0.9;

const database = await (await DuckDBInstance.create(':memory:')).connect();

/** A sample each millisecond, an invocation of 0.5 ms each 0.9 ms of load. */
async function write(count, format) {
  const directory = mkdtempSync(join(tmpdir(), 'analyze-bench-'));
  const cycle = count / CYCLES;
  const idle = cycle * (1 - LOAD_SHARE);
  const options = {
    parquet: 'FORMAT parquet, COMPRESSION zstd',
    'csv.gz': 'FORMAT csv, HEADER true, COMPRESSION gzip',
  }[format];
  const copy = (table, sql) =>
    database.run(`COPY (${sql}) TO '${join(directory, `${table}.${format}`)}' (${options})`);
  const loaded = `(range // ${cycle}) * ${cycle - idle} + greatest(0, range % ${cycle} - ${idle})`;
  await copy(
    'samples',
    `SELECT 'pi' AS node, ${START_US} + range * 1000 AS time_us,
     range * ${IDLE_WATTS / 1000} + (${loaded}) / ${LOAD_SHARE} * ${JOULES} AS energy_joules
     FROM range(${count + idle})`,
  );
  // Written as they end, like a load generator does: not in the order of their start.
  const start = `(range // ${cycle}) * ${cycle} + ${idle} + (range % ${cycle}) * ${LOAD_SHARE}`;
  await copy(
    'invocations',
    `SELECT CASE WHEN (range // ${cycle}) % 2 = 0 THEN 'resize' ELSE 'encode' END AS function, 'pi' AS node,
     CAST(${START_US} + (${start}) * 1000 AS BIGINT) + (range * 7919) % 1999 AS start_us, start_us + 500 AS end_us,
     200 AS status FROM range(${count})`,
  );
  const phases = Array.from({ length: CYCLES }, (_, i) => {
    const at = (ms) => START_US + (i * cycle + ms) * 1000;
    const name = i % 2 === 0 ? 'resize' : 'encode';
    return `idle,${i},${at(0)},${at(idle)},\nload,${i + 1},${at(idle + 10)},${at(cycle - 10)},${name}\n`;
  });
  writeFileSync(
    join(directory, 'phases.csv'),
    `phase,repetition,start_us,end_us,function\n${phases.join('')}`,
  );
  return directory;
}

const script = `
import { analyzeFolder } from ${JSON.stringify(new URL('../dist/analyze/analyze-folder.js', import.meta.url).href)};
const { result } = await analyzeFolder({ directory: process.argv[1] });
console.log(JSON.stringify({
  functions: result.functions.map((each) => [each.invocations, each.marginal.joules_per_invocation]),
  peakBytes: process.resourceUsage().maxRSS * 1024,
}));`;

console.log('format     invocations and samples   files MB   seconds   peak MB   off by');
for (const [format, count] of [
  ['parquet', 100_000],
  ['parquet', 1_000_000],
  ['parquet', 10_000_000],
  ['csv.gz', 1_000_000],
  ['csv.gz', 10_000_000],
]) {
  const directory = await write(count, format);
  const bytes = readdirSync(directory).reduce(
    (sum, name) => sum + statSync(join(directory, name)).size,
    0,
  );
  const begin = performance.now();
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script, directory],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
  );
  const seconds = (performance.now() - begin) / 1000;
  rmSync(directory, { recursive: true });
  if (!stdout) {
    console.log(
      `${format.padEnd(8)} ${String(count).padStart(25)}   failed: ${stderr.trim().split('\n').at(-1)}`,
    );
    process.exitCode = 1;
    continue;
  }
  const { functions, peakBytes } = JSON.parse(stdout);
  const counted = functions.reduce((sum, [invocations]) => sum + invocations, 0);
  const error = Math.max(...functions.map(([, joules]) => Math.abs(joules / JOULES - 1)));
  if (functions.length !== 2 || counted < 0.98 * count || error > 0.01) throw new Error(stdout);
  console.log(
    [
      format.padEnd(8),
      String(count).padStart(25),
      (bytes / 1e6).toFixed(0).padStart(10),
      seconds.toFixed(2).padStart(9),
      (peakBytes / 1e6).toFixed(0).padStart(9),
      `${(error * 100).toFixed(3)} %`.padStart(8),
    ].join(' '),
  );
}
