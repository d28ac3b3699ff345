/** The first row of a table that can't be, as found in its columns; the file is not known here. */
export interface RowFault {
  code: string;
  column: string;
  /** From 0, in the file's order. */
  row: number;
  what: string;
  hint: string;
}

/** As many as a Uint16 tells apart. */
const MOST_SERIES = 65_536;

const NUMBER_HINT = 'Mend or remove the row; every row needs a number there.';

/** @param columns - by their names in the file */
export function numberFault(columns: Record<string, Float64Array>): RowFault | undefined {
  for (const [column, values] of Object.entries(columns)) {
    const row = values.findIndex((value) => !Number.isFinite(value));
    if (row >= 0) {
      return { code: 'CELL_NO_NUMBER', column, row, what: 'is no number', hint: NUMBER_HINT };
    }
  }
  return undefined;
}

/**
 * Of series that a table holds side by side, such as nodes.
 * @param seriesIndex - which series a row is of
 */
export function timeFault(seriesIndex: Uint16Array, timeUs: Float64Array): RowFault | undefined {
  const last = new Float64Array(MOST_SERIES).fill(-Infinity);
  for (let row = 0; row < timeUs.length; row++) {
    const series = seriesIndex[row]!;
    if (timeUs[row]! <= last[series]!) {
      return {
        code: 'TIMES_NOT_INCREASING',
        column: 'time_us',
        row,
        what: `is not after the row before it (${last[series]!})`,
        hint: 'Sort the rows by time, and keep one row for each time.',
      };
    }
    last[series] = timeUs[row]!;
  }
  return undefined;
}

/** Energy since a beginning is not negative and never falls; see timeFault. */
export function energyFault(seriesIndex: Uint16Array, joules: Float64Array): RowFault | undefined {
  const last = new Float64Array(MOST_SERIES);
  for (let row = 0; row < joules.length; row++) {
    const series = seriesIndex[row]!;
    const found = { column: 'energy_joules', row };
    if (joules[row]! < 0) {
      return {
        ...found,
        code: 'ENERGY_NEGATIVE',
        what: 'is negative',
        hint: 'It is the energy since a beginning: swap the leads of the sensor, or subtract the first value.',
      };
    }
    if (joules[row]! < last[series]!) {
      return {
        ...found,
        code: 'ENERGY_FALLS',
        what: `is less than in the row before it (${last[series]!})`,
        hint: 'It is cumulative: add up rows that hold the energy of an interval; join a counter that began again.',
      };
    }
    last[series] = joules[row]!;
  }
  return undefined;
}

/** Of rows that are a stretch of time each. */
export function spanFault(startUs: Float64Array, endUs: Float64Array): RowFault | undefined {
  const row = endUs.findIndex((end, i) => end < startUs[i]!);
  if (row < 0) return undefined;
  return {
    code: 'ENDS_BEFORE_START',
    column: 'end_us',
    row,
    what: `is before its start_us (${startUs[row]!})`,
    hint: 'Look at how the rows were written: are the columns swapped, or is end_us a duration?',
  };
}

/** HTTP codes have three digits; 0 is no answer. */
export function statusFault(status: Uint16Array): RowFault | undefined {
  const row = status.findIndex((code) => code > 999);
  if (row < 0) return undefined;
  return {
    code: 'STATUS_UNKNOWN',
    column: 'status',
    row,
    what: 'is no HTTP status',
    hint: 'Write 200 for an invocation that succeeded, 500 for one that failed, 0 for one without an answer.',
  };
}
