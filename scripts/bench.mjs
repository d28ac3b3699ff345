// Runs every benchmark, one after the other: each prints its own table.
//   npm run bench            all of them
//   npm run bench -- NAME    those whose name contains NAME
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const wanted = process.argv[2] ?? '';
const benches = ['harness/bench', 'exporter/bench'].flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('-bench.mjs') && file.includes(wanted))
    .map((file) => [file, process.execPath, [`${folder}/${file}`]]),
);
for (const path of ['host/twin-bench', 'accuracy/accuracy-bench']) {
  const name = path.slice(path.indexOf('/') + 1);
  if (name.includes(wanted)) benches.push([name, `firmware/build/${path}`, []]);
}

if ('footprint'.includes(wanted))
  benches.push(['footprint', process.execPath, ['firmware/footprint/footprint.mjs']]);

let failed = 0;
for (const [name, command, args] of benches) {
  console.log(`\n-- ${name}`);
  if (spawnSync(command, args, { stdio: 'inherit' }).status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
