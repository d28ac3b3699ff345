import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

/** Sorted, relative to the checkout. */
export function filesBelow(folder: string, ending: string): string[] {
  const names = readdirSync(join(ROOT, folder), { encoding: 'utf8', recursive: true });
  return names
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** The pages that users read, relative to the checkout; for tests. */
export const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...['exporter', 'exporter/deploy', 'firmware', 'firmware/main', 'functions', 'grafana'].map(
    (room) => `${room}/README.md`,
  ),
  ...['harness/src/provider', 'kind', 'proto'].map((room) => `${room}/README.md`),
  ...filesBelow('docs', '.md'),
];

export const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** Fenced blocks of a page, also within lists; a command that a line's end breaks off is one. */
export function blocksOf(page: string): { language: string; lines: string[] }[] {
  const blocks = textOf(page).matchAll(/^( *)```([a-z]*)\n(.*?)^\1```/gms);
  return [...blocks].map(([, , language = '', body = '']) => ({
    language,
    lines: body.replaceAll(/\\\n\s*/g, ' ').split('\n'),
  }));
}
