// The join alone, in memory: what cumulative energy rose by in each of ten million invocations, among ten million samples;
// beside numpy.interp at their starts and ends, on the same data in the same run, where there is a python3 with numpy
// (NUMPY_PYTHON names another interpreter).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { risesBetween } from '../dist/attribution/cumulative.js';

const COUNT = 10_000_000;
const SAMPLE_US = 1000;
const INVOCATION_US = 130_000;
const REPEATS = 3;

const timeUs = new Float64Array(COUNT).map((_, i) => i * SAMPLE_US);
const energyJoules = new Float64Array(COUNT);
for (let i = 1; i < COUNT; i++) energyJoules[i] = energyJoules[i - 1] + 0.002 + (i % 7) * 0.0001;
/** Uneven, in order, and all within the samples. */
const step = (COUNT * SAMPLE_US - 2 * INVOCATION_US) / COUNT;
const startUs = new Float64Array(COUNT)
  .map((_, i) => Math.floor(i * step + ((i * 7919) % 997)))
  .sort();
const endUs = startUs.map((t) => t + INVOCATION_US);

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const ours = Array.from({ length: REPEATS }, () => {
  const begin = performance.now();
  const rises = risesBetween(timeUs, energyJoules, startUs, endUs);
  const seconds = (performance.now() - begin) / 1000;
  return { seconds, joules: rises.reduce((sum, each) => sum + each, 0) };
});
console.log(`ours          ${median(ours.map((each) => each.seconds)).toFixed(2)} s`);

const directory = mkdtempSync(join(tmpdir(), 'join-bench-'));
try {
  const columns = { timeUs, energyJoules, startUs, endUs };
  for (const [name, values] of Object.entries(columns))
    writeFileSync(join(directory, name), values);
  const script = `
import sys, time, numpy
t, e, a, b = (numpy.fromfile(f"{sys.argv[1]}/{n}") for n in ${JSON.stringify(Object.keys(columns))})
for _ in range(${REPEATS}):
    begin = time.perf_counter()
    starts, ends = numpy.interp(a, t, e), numpy.interp(b, t, e)
    print(time.perf_counter() - begin, (ends - starts).sum())
`;
  const python = process.env['NUMPY_PYTHON'] ?? 'python3';
  const { status, stdout, stderr } = spawnSync(python, ['-c', script, directory], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    const reason = stderr?.trim().split('\n').at(-1) ?? `there is no ${python}`;
    console.log(`numpy.interp  skipped: ${reason}`);
  } else {
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number));
    console.log(`numpy.interp  ${median(rows.map(([seconds]) => seconds)).toFixed(2)} s`);
    const off = Math.abs(rows[0][1] / ours[0].joules - 1);
    console.log(`sums differ by ${off.toExponential(1)}`);
    if (off > 1e-9) process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true });
}
