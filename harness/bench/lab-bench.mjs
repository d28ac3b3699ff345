// What attribution is worth on generated runs whose truth is known (simulated), beside three ways that others use.
//   npm run bench -- lab-bench                                      all classes, 500 runs each
//   node harness/bench/lab-bench.mjs four-together --runs 200       classes whose name contains the first argument
//   node harness/bench/lab-bench.mjs one-alone --functions --seed 7 a row for each function; other seeds
// (After a build: npx tsc --build.)
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { accuracyTable, functionTable } from '../dist/lab/accuracy-table.js';
import { assessClass } from '../dist/lab/accuracy.js';
import { SCENARIOS, findScenario } from '../dist/lab/scenarios.js';

if (isMainThread) await main();
else {
  parentPort.on('message', ({ name, seeds }) => {
    const begin = performance.now();
    const accuracy = assessClass(findScenario(name), seeds);
    parentPort.postMessage({ accuracy, seconds: (performance.now() - begin) / 1000 });
  });
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      functions: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const seeds = Array.from({ length: Number(values.runs) }, (_, i) => Number(values.seed) + i);
  const names = SCENARIOS.map(({ name }) => name);
  const chosen =
    positionals.length === 0 ? names : names.filter((name) => isChosen(name, positionals));
  const waiting = [...chosen];
  const found = new Map();
  await Promise.all(
    Array.from({ length: Math.min(availableParallelism(), waiting.length) }, async () => {
      const worker = new Worker(new URL(import.meta.url));
      while (waiting.length > 0) {
        const name = waiting.shift();
        worker.postMessage({ name, seeds });
        const { accuracy, seconds } = await new Promise((resolve, reject) => {
          worker.once('message', resolve).once('error', reject);
        });
        worker.removeAllListeners('error');
        if (!values.json) process.stderr.write(`${name}: ${seconds.toFixed(1)} s\n`);
        found.set(name, accuracy);
      }
      await worker.terminate();
    }),
  );
  const classes = chosen.map((name) => found.get(name));
  if (values.json) console.log(JSON.stringify(classes, undefined, 2));
  else print(values.functions ? functionTable(classes) : accuracyTable(classes));
}

function isChosen(name, wanted) {
  return wanted.some((each) => name.includes(each));
}

function print(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  for (const row of rows) {
    console.log(
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('  '),
    );
  }
}
