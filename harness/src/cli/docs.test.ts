import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../bench/run-cli.js';
import { blocksOf, PAGES, ROOT, textOf } from './docs-pages.js';

const TOPICS = ['cluster', 'dashboards', 'meter', 'runs', 'target'];
const { scripts } = JSON.parse(textOf('package.json')) as {
  scripts: object;
};

const commandsOf = (page: string) =>
  blocksOf(page)
    .filter(({ language }) => ['', 'sh'].includes(language))
    .flatMap(({ lines }) => lines)
    .flatMap((line) => line.replace(/(^|\s)#.*/, '').split('&&'))
    .map((line) => line.trim().replace(/ [&|].*/, ''));

const commands = [...new Set(PAGES.flatMap(commandsOf))];
const starting = (pattern: RegExp) => commands.filter((line) => pattern.test(line));
const flagsOf = (words: readonly string[]) =>
  words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]!);

const ours = new Map<string, string[]>();
for (const line of starting(/^(npx )?power-harness /)) {
  const words = line.replace(/^npx /, '').split(/\s+/).slice(1);
  const name = words.slice(0, TOPICS.includes(words[0]!) ? 2 : 1).join(' ');
  ours.set(name, [...(ours.get(name) ?? []), line]);
}

test.each([...ours])('power-harness %s: it is there, and its flags', async (name, lines) => {
  const { code, stdout } = await runCli([...name.split(' '), '--help']);
  expect(code).toBe(0);
  // A twin's options are those of its own program.
  if (name === 'meter twin') return;
  for (const line of lines)
    for (const flag of flagsOf(line.split(/\s+/))) expect(stdout, line).toContain(flag);
});

test.each([
  ['npx power-exporter', 'exporter/bin/power-exporter.js'],
  ['npx power-meter-twin', 'firmware/build/host/power-meter-twin'],
  ['npx power-harness meter twin', 'firmware/build/host/power-meter-twin'],
])('%s: its flags are there', (start, program) => {
  const path = join(ROOT, program);
  const help = spawnSync(path, ['--help'], { encoding: 'utf8' }).stdout;
  const lines = commands.filter((line) => line.startsWith(start));
  expect(lines.length).toBeGreaterThan(0);
  for (const flag of lines.flatMap((line) => flagsOf(line.split(/\s+/))))
    expect(help).toContain(flag);
});

test('scripts of npm are there', () => {
  for (const line of starting(/^npm /)) {
    const name = /^npm (?:run )?(?:--\S+ )*(\S+)/.exec(line)![1]!;
    expect(Object.keys(scripts)).toContain(name);
  }
});

test('what kubectl applies is there', () => {
  const folders = starting(/^kubectl .*-k /).map((line) => / -k (\S+)/.exec(line)![1]!);
  expect(folders.length).toBeGreaterThan(1);
  for (const folder of folders)
    expect([folder, existsSync(join(ROOT, folder, 'kustomization.yaml'))]).toEqual([folder, true]);
});

test('bootstrap takes its flag', () => {
  const bootstrap = textOf('bootstrap');
  for (const line of starting(/^\.\/bootstrap/))
    for (const flag of flagsOf(line.split(/\s+/))) expect(bootstrap).toContain(`= ${flag} ]`);
});

test('what the pages of docs/ tell to run is one of these', () => {
  const checked = /^$|^(npx )?power-(harness|exporter|meter-twin) |^npm |^\.\/bootstrap|^kubectl /;
  const pages = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/lrz.md');
  const unknown = pages.flatMap((page) =>
    blocksOf(page)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ lines }) => lines)
      .map((line) => line.trim())
      .filter((line) => !checked.test(line)),
  );
  expect(unknown).toEqual([]);
});
