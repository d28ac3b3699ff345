import { attribute } from '../attribution/attribute.js';
import { coldStarts, hasColdStarts } from '../attribution/cold-start.js';
import { AttributionInputError } from '../attribution/input-error.js';
import type { SensorUncertainty } from '../attribution/input.js';
import type { MethodName, Warning } from '../attribution/result.js';
import { UsageError } from '../errors.js';
import type { RunResult } from '../run/result.js';
import type { RunTables } from '../run/tables.js';

/** What a result says beside its figures. */
export interface TablesOrigin {
  run: string;
  simulated: boolean;
  /** Found before attribution. */
  warnings: Warning[];
  sensor: SensorUncertainty;
}

/**
 * The result of a run's tables.
 * @throws UsageError where attribution can't take them
 */
export function attributeTables(
  tables: RunTables,
  { run, simulated, warnings, sensor }: TablesOrigin,
  method: 'auto' | MethodName,
): RunResult {
  try {
    const input = { ...tables, sensor };
    const found = hasColdStarts(tables)
      ? { method: 'difference' as const, functions: [], nodes: [], ...coldStarts(input) }
      : attribute(input, method);
    return { schema: 1, run, simulated, ...found, warnings: [...warnings, ...found.warnings] };
  } catch (error) {
    if (!(error instanceof AttributionInputError)) throw error;
    throw new UsageError(
      'INPUT',
      `${run} can't be analysed: ${error.message}.`,
      'Look at its tables.',
      { cause: error },
    );
  }
}
