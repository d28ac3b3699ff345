import type { EChartsOption } from 'echarts';
import { escapeHtml } from './escape.js';
import { FAINT, GRID, INK, PAPER, withColors } from './palette.js';

/** A chart is drawn twice: SVG text scaled down to a telephone's width could not be read. */
const SIZES = [
  { name: 'wide', width: 920, height: 320 },
  { name: 'narrow', width: 360, height: 300 },
] as const;

export interface Chart {
  id: string;
  title: string;
  /** What is to be seen, in a sentence: the alternative text. */
  summary: string;
  option: (narrow: boolean) => EChartsOption;
  /** In pixels, where it depends on how much there is to show. */
  height?: number;
  /** The same as numbers: first row the header. */
  table: string[][];
}

/** A figure with both drawings and the table behind them. */
export async function renderChart(chart: Chart): Promise<string> {
  const drawings: string[] = [];
  for (const size of SIZES) {
    const svg = await drawChart(chart, size);
    const label = `<svg role="img" aria-label="${escapeHtml(chart.summary)}" `;
    drawings.push(`<div class="${size.name}">${svg.replace('<svg ', label)}</div>`);
  }
  return `<figure id="${chart.id}"><figcaption>${escapeHtml(chart.title)}</figcaption>
${drawings.join('\n')}
<p class="summary">${escapeHtml(chart.summary)}</p>
<details><summary>The numbers</summary>${htmlTable(chart.table)}</details></figure>`;
}

/** The same as an SVG file that stands alone, on white paper. */
export async function chartFile(chart: Chart): Promise<string> {
  const svg = withColors(await drawChart(chart, SIZES[0], PAPER));
  const text = `<title>${escapeHtml(chart.title)}</title><desc>${escapeHtml(chart.summary)}</desc>`;
  return `${svg.replace(/<svg [^>]*>/, (open) => open + text)}\n`;
}

async function drawChart(
  chart: Chart,
  { name, width, height }: (typeof SIZES)[number],
  backgroundColor = 'transparent',
): Promise<string> {
  const { init } = await import('echarts');
  const size = { width, height: chart.height ?? height };
  const instance = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    instance.setOption({ ...base(), backgroundColor, ...chart.option(name === 'narrow') });
    return instance.renderToSVGString();
  } finally {
    instance.dispose(); // or Node never ends
  }
}

/** The first row is the header, the first column names the row. */
export function htmlTable([header = [], ...rows]: string[][]): string {
  const head = header.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
  const body = rows
    .map(([first = '', ...rest]) => {
      const cells = rest
        .map((text) => `<td${isNumber(text) ? '' : ' class="text"'}>${escapeHtml(text)}</td>`)
        .join('');
      return `<tr><th scope="row">${escapeHtml(first)}</th>${cells}</tr>`;
    })
    .join('\n');
  return `<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Numbers are aligned at their end. */
const isNumber = (text: string) => /^[<−+-]?\s?\d[\d.,]*(\s|$)/.test(text);

function base(): EChartsOption {
  return {
    animation: false,
    textStyle: { color: INK, fontFamily: 'system-ui, sans-serif', fontSize: 12 },
  };
}

/** The look of an axis, for charts to build on. */
export function axis(name: string): object {
  return {
    name,
    nameLocation: 'middle',
    nameTextStyle: { color: FAINT },
    axisLine: { lineStyle: { color: FAINT } },
    axisTick: { lineStyle: { color: FAINT } },
    axisLabel: { color: FAINT, hideOverlap: true },
    splitLine: { lineStyle: { color: GRID } },
  };
}

/** The room around a chart for its axes' names and its legend. */
export const GRID_BOX = { left: 58, right: 16, top: 40, bottom: 48 };

export const LEGEND = {
  top: 4,
  icon: 'roundRect',
  itemWidth: 12,
  itemHeight: 8,
  itemGap: 22,
  textStyle: { color: INK },
};
