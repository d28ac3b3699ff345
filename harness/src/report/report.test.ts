import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attribute } from '../attribution/attribute.js';
import { coldStarts } from '../attribution/cold-start.js';
import { syntheticColdRun, TYPICAL_COLD } from '../attribution/synthetic-cold-run.js';
import { syntheticRun, TYPICAL } from '../attribution/synthetic-run.js';
import { breakEvenText } from './cold-rows.js';
import { htmlReport } from './html/html-report.js';
import { SCHEMES } from './html/palette.js';
import { markdownReport } from './markdown.js';
import { launchChromium, lookAt, LOOKS, missingChromium } from './page-check.js';
import { plain, quantity, relativeError, withInterval } from './quantity.js';
import type { RunReport } from './run-report.js';
import { summaryTable } from './summary-table.js';
import { writeReports } from './write-report.js';

const NASTY = `<script>alert("x")</script> & | 'co'`;

/** A run drawn from a seed, with all that a report can show. */
function report(): RunReport {
  const { sensor, ...tables } = syntheticRun({ ...TYPICAL, seed: 3 });
  const found = attribute({ ...tables, sensor }, 'auto');
  const [shown] = found.functions;
  shown!.truth_joules_per_invocation = 0.05;
  shown!.parts = { function_joules_per_invocation: 0.04, platform_joules_per_invocation: 0.01 };
  const faint = structuredClone(shown!);
  faint.function = NASTY;
  Object.assign(faint.marginal, {
    joules_per_invocation: 1e-5,
    detectable: false,
    detection_limit_joules: 4e-4,
    ci95: { low: -2e-4, high: 2.2e-4 },
  });
  return {
    tables,
    manifest: {
      schema: 1,
      run: '20261123T120000Z-f',
      state: 'complete',
      simulated: true,
      started_us: 1_795_435_200_000_000,
      target: { name: 'local', gateway: 'http://127.0.0.1:1' },
      plan: {
        functions: ['f', NASTY],
        method: 'auto',
        repetitions: 6,
        idle_seconds: 10,
        settle_seconds: 1,
        warmup_seconds: 2,
        load_seconds: 8,
        rate_per_second: { f: 20 },
        seed: 3,
      },
      meters: [
        {
          node: 'node',
          meter: 'twin',
          channel: 1,
          source: 'twin',
          address: '127.0.0.1:2',
          model: 'cgroup:/x',
        },
      ],
      sensor: { gain_ratio: 0.0015, offset_watts: 0.002, clock_seconds: 0.001 },
      environment: { cpu_model: NASTY, cpu_count: 2 },
      versions: { 'power-harness': '0.1.0', k6: 'v1.8.1' },
      warnings: [],
      files: {},
    },
    result: {
      schema: 1,
      run: '20261123T120000Z-f',
      simulated: true,
      ...found,
      functions: [shown!, faint],
      refused: [{ functions: ['g'], reason: 'None of its invocations succeeded.' }],
      warnings: [
        {
          code: 'IDLE_DRIFT',
          severity: 'warning',
          message: 'node: idle power changed.',
          hint: 'Let it rest.',
        },
      ],
    },
  };
}

/** Cold starts drawn from a seed. */
function coldReport(): RunReport {
  const { manifest } = report();
  const { sensor, ...tables } = syntheticColdRun({ ...TYPICAL_COLD, noiseWatts: 0.002 });
  const { cold_starts } = coldStarts({ ...tables, sensor: { ...sensor, gainRatio: 0.0015 } });
  const [shown] = cold_starts;
  shown!.truth = {
    start_joules: 1.5,
    warm_request_joules: 0.05,
    keep_warm_joules_per_minute: 1.2,
  };
  const free = structuredClone(shown!);
  free.function = NASTY;
  Object.assign(free.keep_warm_joules_per_minute, {
    ...{ value: 1e-3, detectable: false, detection_limit: 0.098 },
    ci95: { low: -0.05, high: 0.052 },
  });
  free.break_even_per_hour = { value: 1, ci95: { low: 0, high: 3.2 } };
  const result = { schema: 1, run: manifest.run, simulated: true, method: 'difference' } as const;
  return {
    tables,
    manifest: { ...manifest, plan: { ...manifest.plan, mode: 'cold', rate_per_second: {} } },
    result: {
      ...result,
      ...{ functions: [], nodes: [], refused: [], warnings: [] },
      cold_starts: [shown!, free],
    },
  };
}

test('where load came from, unless from the machine that measured', async () => {
  const here = report();
  const nodes = [
    { node: NASTY, clock_offset_seconds: 0.0012, clock_uncertainty_seconds: 0.0004 },
    { node: 'b', clock_offset_seconds: 0, clock_uncertainty_seconds: 0.0004 },
  ];
  const load = { where: 'in-cluster', nodes, image: 'k6', gateway: 'http://faas' } as const;
  const inCluster = { ...here, manifest: { ...here.manifest, load } };
  expect(summaryTable(inCluster)).toContain(`load: in cluster, on ${NASTY}, b`);
  expect(markdownReport(inCluster)).toContain('load: in cluster, on ');
  const page = await htmlReport(inCluster);
  expect(page).toContain('; k6, to http://faas');
  expect(page).toContain('1.20 ms from ours, ± 400 µs');
  expect(page).not.toContain(NASTY);
  expect(summaryTable(here)).not.toContain('load:');
  const shared = { ...here.manifest, load: { ...load, parallelism: 2 } };
  expect(summaryTable({ ...here, manifest: shared })).toContain('load: by 2 k6 in cluster, on');
});

test('numbers have the digits they deserve, and a unit', () => {
  expect(quantity(0.0851, 'J')).toBe('85.1 mJ');
  expect(quantity(0, 'J')).toBe('0 J');
  expect(quantity(NaN, 's')).toBe('– s');
  expect(plain(1234.5, 3)).toBe('1235');
  expect(withInterval(0.08512, { low: 0.0777, high: 0.0925 }, 'J')).toBe('85.1 mJ  [77.7, 92.5]');
  expect(withInterval(1e-5, { low: -2e-4, high: 2.2e-4 }, 'J')).toBe('10 µJ  [-200, 220]');
  expect(relativeError(0.905, 1)).toBe('−9.5 %');
});

test('what the terminal shows', async () => {
  await expect(`${summaryTable(report())}\n`).toMatchFileSnapshot('__golden__/summary.txt');
});

test('what a pull request shows', async () => {
  await expect(markdownReport(report())).toMatchFileSnapshot('__golden__/report.md');
});

test('what is shown of cold starts', async () => {
  await expect(`${summaryTable(coldReport())}\n`).toMatchFileSnapshot('__golden__/cold.txt');
  await expect(markdownReport(coldReport())).toMatchFileSnapshot('__golden__/cold.md');
});

test.each([
  [undefined, 'no rate: a cold start takes no more than a warm request'],
  [{ value: 9, ci95: { low: 0, high: null } }, 'a rate that this run can not tell'],
  [{ value: 9, ci95: { low: 4, high: null } }, 'some rate beyond 4.0 requests/h'],
  [{ value: 9, ci95: { low: 0, high: 20 } }, 'some rate below 20 requests/h'],
  [{ value: 9, ci95: { low: 4, high: 20 } }, '9.00 requests/h  [4.0, 20]'],
])('a break-even of %j', (rate, text) => {
  expect(breakEvenText(rate ? { break_even_per_hour: rate } : {})).toBe(text);
});

test('names from outside are text, wherever they stand', async () => {
  const html = await htmlReport(report());
  expect(html).not.toContain('<script>alert');
  expect(html.match(/<script/g)).toHaveLength(1);
  const json = /<script type="application\/json" id="result">(.*)<\/script>/.exec(html)![1]!;
  expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(report().result)));
});

describe.skipIf(missingChromium !== '')(`report.html in Chromium${missingChromium}`, () => {
  let browser: Browser;
  let directory: string;
  let url: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'report-'));
    await writeReports(directory, report());
    url = pathToFileURL(join(directory, 'report.html')).href;
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  test.each(LOOKS)(
    '%i px wide, %s: all there, nothing fetched, nothing beyond the edge',
    async (...look) => {
      const seen = await lookAt(browser, url, look);
      expect([seen.said, seen.fetched]).toEqual([[], []]);
      expect(seen.charts).toEqual([true, true, true, true, true, true]);
      expect(seen.scrollWidth).toBe(look[0]);
      expect(seen.isDark).toBe(look[1] === 'dark');
      expect(seen.text).toContain('Simulated.');
      expect(seen.focusable).toBeGreaterThanOrEqual(2 * seen.charts.length);
    },
  );

  test('cold starts: the same', async () => {
    const cold = mkdtempSync(join(tmpdir(), 'report-'));
    await writeReports(cold, coldReport());
    for (const look of LOOKS) {
      const seen = await lookAt(browser, pathToFileURL(join(cold, 'report.html')).href, look);
      expect([seen.said, seen.fetched]).toEqual([[], []]);
      expect(seen.charts).toEqual([true, true, true]);
      expect(seen.scrollWidth).toBe(look[0]);
      expect(seen.text).toContain('keeping it is cheaper above');
    }
  });

  test('on A4 every page is filled, and nothing is cut off', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.setViewportSize({ width: 657, height: 900 }); // 174 mm, what A4 leaves within the margins
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(657);
    expect(
      await page.evaluate('getComputedStyle(document.documentElement).getPropertyValue("--paper")'),
    ).toBe('#ffffff');
    const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await page.close();
  });

  test('each chart is a file that stands alone, each table as CSV', async () => {
    const names = readdirSync(join(directory, 'figures')).map((name) => name.replace('.svg', ''));
    expect(names).toHaveLength(6);
    for (const name of names) {
      const svg = readFileSync(join(directory, 'figures', `${name}.svg`), 'utf8');
      expect(svg).toMatch(/^<svg .*<title>/s);
      expect(svg).not.toContain('var(--');
      const csv = readFileSync(join(directory, 'tables', `${name}.csv`), 'utf8');
      expect(parse(csv, { columns: true })).not.toEqual([]);
      const page = await browser.newPage();
      await page.goto(pathToFileURL(join(directory, 'figures', `${name}.svg`)).href);
      expect(await page.evaluate('document.documentElement.tagName')).toBe('svg');
      await page.close();
    }
    const figures = readFileSync(join(directory, 'tables/figures.csv'), 'utf8');
    const [first] = parse<Record<string, string>>(figures, { columns: true });
    expect(Number(first!['marginal_joules_per_invocation'])).toBe(
      report().result.functions[0]!.marginal.joules_per_invocation,
    );
  });
});

test('colours are told from the paper, by WCAG 2.2: text 4.5, lines and marks 3', () => {
  for (const scheme of Object.values(SCHEMES)) {
    for (const name of ['ink', 'faint', 'truth'] as const)
      expect(contrast(scheme[name], scheme.paper), name).toBeGreaterThanOrEqual(4.5);
    for (const name of ['s1', 's2', 's3', 's4'] as const)
      expect(contrast(scheme[name], scheme.paper), name).toBeGreaterThanOrEqual(3);
    expect(contrast(scheme['note-ink'], scheme.note)).toBeGreaterThanOrEqual(4.5);
    for (const phase of ['idle', 'settle', 'warmup', 'load', 'cold', 'warm'] as const)
      expect(contrast(scheme.s1, scheme[`phase-${phase}`]), phase).toBeGreaterThanOrEqual(3);
  }
});

/** WCAG 2.2: contrast ratio and relative luminance. */
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
