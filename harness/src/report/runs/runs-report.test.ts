import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../bench/run-cli.js';
import { drawnRun, writeRun } from '../../compare/drawn-run.js';
import { launchChromium, lookAt, LOOKS, missingChromium } from '../page-check.js';

const NASTY = '<img src=x onerror=alert(1)>';
const folder = mkdtempSync(join(tmpdir(), 'runs-'));
const architectures = ['arm64', 'arm', 'amd64'];
const runs = architectures.map((architecture, i) => {
  const run = drawnRun(`2026112${i + 1}T120000Z-f`, {
    joulesPerInvocation: 0.05 + i / 100,
    seed: i,
  });
  run.manifest.started_us += i * 86_400e6;
  run.manifest.environment['architecture'] = architecture;
  if (i === 2) run.result.functions.push({ ...run.result.functions[0]!, function: NASTY });
  return writeRun(folder, run);
});

test('a report over runs: figures by architecture, what changed, files', async () => {
  const { code, stdout, stderr } = await runCli(['report', ...runs, '--to', 'paper'], folder);
  expect(code, stderr).toBe(0);
  await expect(stdout).toMatchFileSnapshot('../__golden__/runs.md');
  for (const name of [
    'report.html',
    'report.md',
    'figures/runs-f.svg',
    'figures/plane.svg',
    'tables/runs-f.csv',
  ])
    expect(existsSync(join(folder, 'paper', name)), name).toBe(true);
  const csv = readFileSync(join(folder, 'paper/tables/figures.csv'), 'utf8');
  const rows = parse<Record<string, string>>(csv, { columns: true });
  expect(rows.map((row) => [row['function'], row['architecture']])).toEqual([
    ['f', 'arm64'],
    ['f', 'arm'],
    ['f', 'amd64'],
    [NASTY, 'amd64'],
  ]);
}, 60_000);

test('runs that have nothing in common are shown, not compared', async () => {
  const other = drawnRun('20261130T120000Z-g');
  other.result.functions[0]!.function = 'g';
  const run = await runCli(['report', runs[0]!, writeRun(folder, other), '--json'], folder);
  const { runs: shown, comparison } = JSON.parse(run.stdout) as {
    runs: object[];
    comparison?: object;
  };
  expect([shown.length, comparison]).toEqual([2, undefined]);
}, 60_000);

describe.skipIf(missingChromium !== '')(`in Chromium${missingChromium}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  test.each(LOOKS)('%i px wide, %s', async (...look) => {
    const url = pathToFileURL(join(folder, 'paper/report.html')).href;
    const seen = await lookAt(browser, url, look);
    expect([seen.said, seen.fetched]).toEqual([[], []]);
    expect(seen.charts).toEqual([true, true, true]);
    expect(seen.scrollWidth).toBe(look[0]);
    expect(seen.isDark).toBe(look[1] === 'dark');
    expect(seen.text).toContain(NASTY);
  });
});
