import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { blocksOf, ROOT, textOf } from '../harness/src/cli/docs-pages.js';

const page = textOf('docs/lrz.md');
const { meters } = parse(textOf('exporter/deploy/overlays/lrz/meters.yaml')) as {
  meters: { address: string; channels: Record<string, { node: string }> }[];
};

/** Its shell blocks: those of `sh` are what a cluster without the operator's Grafana can run. */
const commands = blocksOf('docs/lrz.md')
  .filter(({ language }) => language === 'sh' || language === '')
  .flatMap(({ lines }) => lines);

test('the page labels the nodes that the overlay meters', () => {
  const label = commands.find((line) => line.startsWith('kubectl label node'))!;
  const nodes = label.split(' ').slice(4, -1);
  expect(nodes.toSorted()).toEqual(
    Object.values(meters[0]!.channels)
      .map(({ node }) => node)
      .toSorted(),
  );
});

test('the line it changes is the one that is there', () => {
  const before = /^-\s+(address: .*)$/m.exec(page)![1];
  expect(before).toBe(`address: ${meters[0]!.address}`);
});

test('the folders and files it names are there', () => {
  const paths = commands.flatMap(
    (line) => line.match(/(?<![\w/-])(?:exporter|grafana)(?:\/[\w.-]+)*/g) ?? [],
  );
  for (const path of new Set(paths.filter((each) => each.includes('/'))))
    expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
});

const unit = 'exporter/deploy/systemd/power-exporter.service';
const analyze = (...args: string[]) =>
  spawnSync('systemd-analyze', [...args, join(ROOT, unit)], { encoding: 'utf8' });
const missing = analyze('verify').error ? ' (skipped: no systemd-analyze)' : '';

test.skipIf(missing !== '')(`systemd takes the unit for faasd${missing}`, () => {
  const { status, stderr } = analyze('verify');
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
