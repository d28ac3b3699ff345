// Makes generated/ from power_measurement.proto; `node proto/generate.mjs DIR` puts it elsewhere (the test compares).
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(here, 'generated');
const cli = dirname(createRequire(import.meta.url).resolve('protobufjs-cli/package.json'));
const module = join(target, 'power_measurement.js');
const commented = join(target, 'commented.js');
const options = [
  '-t',
  'static-module',
  '-w',
  'es6',
  '--es6',
  '--no-service',
  '--no-convert',
  '--no-verify',
  '--no-delimited',
  '--keep-case',
];
const proto = join(here, 'power_measurement.proto');

mkdirSync(target, { recursive: true });
const run = (tool, ...args) => execFileSync(process.execPath, [join(cli, 'bin', tool), ...args]);
run('pbjs', ...options, '--no-comments', '-o', module, proto);
run('pbjs', ...options, '-o', commented, proto);
run('pbts', '-o', join(target, 'power_measurement.d.ts'), commented);
rmSync(commented);
