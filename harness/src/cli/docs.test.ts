import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../bench/run-cli.js';

const ROOT = join(import.meta.dirname, '../../..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'exporter/README.md',
  'functions/README.md',
  'docs/config.md',
  'docs/lrz.md',
  'docs/method.md',
];

/** The lines of a page's code blocks that call one of our programs, or npm. */
function commandsOf(page: string): string[] {
  const blocks = readFileSync(join(ROOT, page), 'utf8').matchAll(/^```[a-z]*\n(.*?)^```/gms);
  return [...blocks]
    .flatMap((block) => block[1]!.split('\n'))
    .flatMap((line) => line.replace(/#.*/, '').split('&&'))
    .map((line) => line.trim())
    .filter((line) => /^(npx power-harness|npm (test|run)) ?/.test(line));
}

const commands = [...new Set(PAGES.flatMap(commandsOf))];

test('the pages have commands', () => {
  expect(commands.length).toBeGreaterThan(5);
});

test.each(commands.filter((line) => line.startsWith('npx')))(
  '%s: the command and its flags are there',
  async (line) => {
    const words = line.split(/\s+/).slice(2);
    const flags = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]!);
    const name = words.slice(0, ['meter', 'runs', 'target'].includes(words[0]!) ? 2 : 1);
    const { code, stdout } = await runCli([...name, '--help']);
    expect(code).toBe(0);
    for (const flag of flags) expect(stdout).toContain(flag);
  },
);

test.each(commands.filter((line) => line.startsWith('npm')))('%s: the script is there', (line) => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: object;
  };
  const name = /^npm (?:run )?(?:--\S+ )*(\S+)/.exec(line)![1]!;
  expect(Object.keys(scripts)).toContain(name);
});
