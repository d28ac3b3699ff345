// What attribution is worth on generated runs whose truth is known (simulated), beside three ways that others use.
//   npm run bench -- lab-bench                                        all classes, 500 runs each
//   node harness/bench/lab-bench.mjs four-together --runs 200         classes whose name contains an argument
//   node harness/bench/lab-bench.mjs one-alone --functions --seed 900 a row for each function; other seeds
// Takes what is built (npx tsc --build).
import { parseArgs } from 'node:util';
import { accuracyTable, functionTable } from '../dist/lab/accuracy-table.js';
import { SCENARIOS } from '../dist/lab/scenarios.js';
import { assessClasses } from '../dist/validate/assess-classes.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    functions: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const all = SCENARIOS.map(({ name }) => name);
const names = all.filter(
  (name) => positionals.length === 0 || positionals.some((each) => name.includes(each)),
);
const begin = performance.now();
const classes = await assessClasses({
  names,
  runs: Number(values.runs),
  seed: Number(values.seed),
});
if (values.json) {
  console.log(JSON.stringify(classes, undefined, 2));
} else {
  const rows = values.functions ? functionTable(classes) : accuracyTable(classes);
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const cell = (text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]));
  for (const row of rows) console.log(row.map(cell).join('  '));
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  console.log(`${values.runs} runs of each class, seeds from ${values.seed}, in ${seconds} s`);
}
