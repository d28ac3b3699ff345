import type { FunctionResult } from '../attribution/result.js';
import { accuracyTable } from '../lab/accuracy-table.js';
import { quantity, relativeError, relativeHalfWidth } from '../report/quantity.js';
import { marginalText } from '../report/summary-table.js';
import type { Validation } from './validate.js';

const LABORATORY_NOTE =
  'Errors are against what the functions really took, of the worst function of a class; coverage is how often the 95 % interval holds the expected figure, of the function furthest from 95 %; half-width is the median. Beside it, the median error of three ways that others use, on the same runs.';

/** What `validate` prints. */
export function validationText(validation: Validation): string {
  return sectionsOf(validation)
    .map(({ title, rows, note }) =>
      [title, ...aligned(rows).map((line) => `  ${line}`), ...(note ? [note] : [])].join('\n'),
    )
    .join('\n\n');
}

/** The same for a page. */
export function validationMarkdown(validation: Validation): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`;
  return sectionsOf(validation)
    .map(({ title, rows: [header, ...rows], note }) =>
      [
        `${title}:`,
        '',
        line(header!),
        line(header!.map((_, i) => (i === 0 ? '---' : '--:'))),
        ...rows.map(line),
        ...(note ? ['', note] : []),
      ].join('\n'),
    )
    .join('\n\n');
}

interface Section {
  title: string;
  rows: string[][];
  note?: string;
}

function sectionsOf({ twin, laboratory }: Validation): Section[] {
  const sections: Section[] = [];
  for (const { run, method, functions, refused, invalid } of twin) {
    const way = method === 'regression' ? 'under load at once' : 'one after the other';
    const notes = [
      ...refused.map((each) => `No figure for ${each.functions.join(', ')}: ${each.reason}`),
      ...(invalid ? ['The run is invalid: see its report.'] : []),
    ];
    sections.push({
      title: `Real functions ${way}, on this machine's twin (simulated), by ${method}, ${run}`,
      rows: [
        ['function', 'marginal J/invocation', '±', 'truth', 'error', 'in half-widths'],
        ...functions.map(twinRow),
      ],
      ...(notes.length > 0 ? { note: notes.join('\n') } : {}),
    });
  }
  if (laboratory) {
    sections.push({
      title: `Generated runs (simulated), ${laboratory.runs} of each class, seeds from ${laboratory.seed}`,
      rows: accuracyTable(laboratory.classes),
      note: LABORATORY_NOTE,
    });
  }
  return sections;
}

function twinRow(each: FunctionResult): string[] {
  const { joules_per_invocation: value, ci95, detectable } = each.marginal;
  const truth = each.truth_joules_per_invocation;
  if (truth === undefined) return [each.function, quantity(value, 'J'), '', '–', '–', '–'];
  const shown = quantity(truth, 'J', 4);
  if (!detectable) return [each.function, marginalText(each).split('  ')[0]!, '', shown, '–', '–'];
  const inHalfWidths = Math.abs(value - truth) / ((ci95.high - ci95.low) / 2);
  return [
    each.function,
    quantity(value, 'J', 4),
    relativeHalfWidth(value, ci95),
    shown,
    relativeError(value, truth),
    inHalfWidths.toFixed(2),
  ];
}

function aligned(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}
