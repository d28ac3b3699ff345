import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attribute } from '../attribution/attribute.js';
import { syntheticRun, TYPICAL } from '../attribution/synthetic-run.js';
import { htmlReport } from './html/html-report.js';
import { markdownReport } from './markdown.js';
import { plain, quantity, relativeError, withInterval } from './quantity.js';
import { type RunReport } from './run-report.js';
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

test('names from outside are text, wherever they stand', async () => {
  const html = await htmlReport(report());
  expect(html).not.toContain('<script>alert');
  expect(html.match(/<script/g)).toHaveLength(1);
  const json = /<script type="application\/json" id="result">(.*)<\/script>/.exec(html)![1]!;
  expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(report().result)));
});

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const reason = existsSync(CHROMIUM)
  ? ''
  : ` (skipped: no ${CHROMIUM}; ./bootstrap --tests installs it)`;

describe.skipIf(reason !== '')(`report.html in Chromium${reason}`, () => {
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'report-'));
    await writeReports(directory, report());
    url = pathToFileURL(join(directory, 'report.html')).href;
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  afterAll(() => browser?.close());

  test.each([
    [1280, 'light', 'wide'],
    [1280, 'dark', 'wide'],
    [400, 'light', 'narrow'],
    [400, 'dark', 'narrow'],
  ] as const)(
    '%i px wide, %s: all there, nothing fetched, nothing beyond the edge',
    async (width, colorScheme, shown) => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const said: string[] = [];
      const fetched: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(error.message));
      page.on('request', (request) => fetched.push(request.url()));
      await page.goto(url);
      expect(said).toEqual([]);
      expect(fetched).toEqual([url]);
      const charts = await page.$$eval(`figure .${shown} svg`, (list) =>
        list.map((svg) => {
          const { width: w, height: h } = svg.getBoundingClientRect();
          return (
            w > 200 &&
            h > 150 &&
            svg.querySelectorAll('path').length > 5 &&
            svg.getAttribute('aria-label') !== ''
          );
        }),
      );
      expect(charts).toEqual([true, true, true, true, true]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      const [ink, paper] = (await page.evaluate(
        'const style = getComputedStyle(document.body); [style.color, style.backgroundColor]',
      )) as [string, string];
      expect(luminance(ink) > luminance(paper)).toBe(colorScheme === 'dark');
      expect(await page.textContent('.simulated')).toContain('Simulated.');
      await page.close();
    },
  );
});

function luminance(rgb: string): number {
  return rgb
    .match(/\d+/g)!
    .slice(0, 3)
    .reduce((sum, part) => sum + Number(part), 0);
}
