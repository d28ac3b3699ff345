import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Why tests of pages are skipped; empty where a browser is there. */
export const missingChromium = existsSync(CHROMIUM)
  ? ''
  : ` (skipped: no ${CHROMIUM}; ./bootstrap --tests installs it)`;

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
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
}

/** Width, scheme, and which of a chart's two drawings shows. */
export type Look = [widthPx: number, scheme: 'light' | 'dark', shown: 'wide' | 'narrow'];

/** What people look at. */
export const LOOKS: Look[] = [
  [1280, 'light', 'wide'],
  [1280, 'dark', 'wide'],
  [400, 'light', 'narrow'],
  [400, 'dark', 'narrow'],
];

/** What a browser makes of a report; for tests. */
export interface SeenPage {
  /** Console messages and errors. */
  said: string[];
  /** What it asked for besides the page itself. */
  fetched: string[];
  /** For each chart whether it is there: of a size, drawn, with an alternative text. */
  charts: boolean[];
  /** Beyond this the page would have to be moved sideways. */
  scrollWidth: number;
  /** Whether the text is lighter than the paper. */
  isDark: boolean;
  text: string;
  /** Everything that can be reached by the keyboard: tables that scroll, tables behind charts. */
  focusable: number;
}

export async function lookAt(
  browser: Browser,
  url: string,
  [width, colorScheme, shown]: Look,
): Promise<SeenPage> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const said: string[] = [];
  const fetched: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => fetched.push(request.url()));
  await page.goto(url);
  const charts = await page.$$eval(`figure .${shown} svg`, (list) =>
    list.map((svg) => {
      const { width: w, height: h } = svg.getBoundingClientRect();
      const drawn = svg.querySelectorAll('path').length > 5;
      return w > 200 && h > 100 && drawn && svg.getAttribute('aria-label') !== '';
    }),
  );
  const [ink, paper] = (await page.evaluate(
    'const style = getComputedStyle(document.body); [style.color, style.backgroundColor]',
  )) as [string, string];
  const seen = {
    said,
    fetched: fetched.filter((each) => each !== url),
    charts,
    scrollWidth: (await page.evaluate('document.documentElement.scrollWidth')) as number,
    isDark: brightness(ink) > brightness(paper),
    text: (await page.textContent('main')) ?? '',
    focusable: await page.locator('summary, [tabindex="0"]').count(),
  };
  await page.close();
  return seen;
}

function brightness(rgb: string): number {
  const parts = rgb.match(/\d+/g)!.slice(0, 3);
  return parts.reduce((sum, part) => sum + Number(part), 0);
}
