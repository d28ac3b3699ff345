import { type RunResult } from '../run/result.js';
import { truthPerInvocation } from '../attribution/truth.js';
import { readTruth } from '../run/read-truth.js';
import { type RunTables } from '../run/tables.js';

/** Adds what the twin knows to a result; the meter has no part in it. */
export async function addTruth(
  result: RunResult,
  tables: RunTables,
  truthFile: string,
): Promise<void> {
  const [truth] = await readTruth(truthFile);
  if (!truth) return;
  const perInvocation = truthPerInvocation(truth, tables.phases, tables.invocations);
  for (const each of result.functions) {
    const joules = perInvocation.get(each.function);
    if (joules !== undefined) each.truth_joules_per_invocation = joules;
  }
}
