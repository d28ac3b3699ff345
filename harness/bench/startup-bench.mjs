// How long a user waits for `power-harness --help`: aim under 0.4 s.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const RUNS = 11;
const cli = fileURLToPath(new URL('../bin/run.js', import.meta.url));

function times(args) {
  return Array.from({ length: RUNS }, () => {
    const start = performance.now();
    spawnSync(process.execPath, args);
    return (performance.now() - start) / 1000;
  }).sort((a, b) => a - b);
}

for (const [name, args] of [
  ['power-harness --help', [cli, '--help']],
  ['power-harness bench --help', [cli, 'bench', '--help']],
  ['node -e 0 (peer)', ['-e', '0']],
]) {
  const seconds = times(args);
  const [min, median, max] = [seconds[0], seconds[RUNS >> 1], seconds.at(-1)];
  console.log(
    `${name.padEnd(28)} median ${median.toFixed(3)} s (${min.toFixed(3)} to ${max.toFixed(3)})`,
  );
}
