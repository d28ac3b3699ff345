import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseMetersFile } from '@power-harness/exporter/meters-file';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { scratch } from '../bench/run-cli.js';
import { readStackFile } from '../openfaas/stack-file.js';
import { readConfigFile } from './config-file.js';
import { blocksOf, filesBelow, PAGES, ROOT, textOf } from './docs-pages.js';

/** As GitHub makes them of headings. */
const anchorsOf = (page: string) =>
  [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(PAGES)('%s: what it links to is there', (page) => {
  for (const [, target = ''] of textOf(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
    const [path, anchor] = target.split('#') as [string, string?];
    const file = path ? join(dirname(page), path) : page;
    expect([target, existsSync(join(ROOT, file))]).toEqual([target, true]);
    if (anchor) expect([target, ...anchorsOf(file)]).toContain(anchor);
  }
});

test('pictures tell what they show to those who do not see them', () => {
  for (const page of PAGES)
    for (const [, alt = ''] of textOf(page).matchAll(/!\[(.*?)\]\(/g))
      expect(alt.length, page).toBeGreaterThan(20);
  for (const picture of filesBelow('docs', '.svg')) {
    const text = textOf(picture);
    for (const tag of ['title', 'desc']) expect(text).toMatch(new RegExp(`<${tag}[^>]*>[^<]{10,}`));
  }
});

test('every page of docs/ is in its index', () => {
  const index = textOf('docs/README.md');
  for (const page of PAGES.filter((each) => /^docs\/[^/]+\.md$/.test(each)))
    if (page !== 'docs/README.md') expect(index).toContain(`](${page.slice('docs/'.length)})`);
});

const sources = [...filesBelow('harness/src', '.ts'), ...filesBelow('exporter/src', '.ts')]
  .filter((file) => !file.endsWith('.test.ts'))
  .map(textOf)
  .join('\n');

test('codes, messages and metrics of the troubleshooting are real', () => {
  const troubles = textOf('docs/troubleshooting.md');
  const quoted = [...troubles.matchAll(/"([^"]+)"/g)].map(([, words]) => words!);
  for (const words of quoted) expect([words, sources.includes(words)]).toEqual([words, true]);
  const spans = [...troubles.matchAll(/`([^`]+)`/g)].map(([, s]) => s!);
  const codes = spans.filter((span) => /^[A-Z][A-Z0-9]*_[A-Z_]+$/.test(span));
  const metrics = spans.filter((span) => /^power_\w+$/.test(span));
  expect([codes.length > 30, metrics.length > 5, quoted.length > 20]).not.toContain(false);
  for (const code of codes) expect([code, sources.includes(`'${code}'`)]).toEqual([code, true]);
  const page = textOf('exporter/src/__golden__/metrics.txt');
  for (const metric of metrics) expect(page).toContain(`# TYPE ${metric} `);
});

test('pages that messages name are there', () => {
  for (const page of new Set(sources.match(/\b(?:docs|exporter|kind)\/[\w-]+\.md\b/g)))
    if (!page.startsWith('docs/web-')) expect([page, PAGES.includes(page)]).toEqual([page, true]);
});

const files = PAGES.flatMap((page) =>
  blocksOf(page)
    .filter(({ language }) => language === 'yaml')
    .map(({ lines }) => ({ page, text: lines.join('\n') })),
);

test.each(files)('$page: its files are taken', async ({ text }) => {
  const file = join(scratch(), 'file.yaml');
  writeFileSync(file, text);
  const content = parse(text) as Record<string, unknown>;
  if ('meters' in content) parseMetersFile(text, file);
  else if ('functions' in content) await readStackFile(file);
  else if ('targets' in content) await readConfigFile(file, true);
});
