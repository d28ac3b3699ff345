import { coldStarts } from '../attribution/cold-start.js';
import type { ColdStartResult } from '../attribution/result.js';
import { truthPerInvocation, truthTogether } from '../attribution/truth.js';
import type { RunManifest } from '../run/manifest.js';
import { readTruth, readTruthBySource } from '../run/read-truth.js';
import type { RunResult } from '../run/result.js';
import type { RunTables } from '../run/tables.js';

const FUNCTION_PREFIX = 'function:';

/** Adds what the twin knows to a result; the meter has no part in it. */
export async function addTruth(
  result: RunResult,
  tables: RunTables,
  manifest: Pick<RunManifest, 'plan' | 'meters'>,
  truthFile: string,
): Promise<void> {
  if (result.cold_starts) return addColdTruth(result.cold_starts, tables, truthFile);
  const perInvocation =
    manifest.plan.mode === 'together'
      ? await together(tables, manifest, truthFile)
      : await inTurns(tables, truthFile);
  for (const each of result.functions) {
    const joules = perInvocation?.get(each.function);
    if (joules !== undefined) each.truth_joules_per_invocation = joules;
  }
}

/** The same arithmetic on the truth in place of the samples. */
async function addColdTruth(
  found: ColdStartResult[],
  tables: RunTables,
  truthFile: string,
): Promise<void> {
  const [truth] = await readTruth(truthFile);
  if (!truth) return;
  const samples = tables.samples.map(({ node }) => ({ node, ...truth }));
  const sensor = { gainRatio: 0, offsetWatts: 0, clockSeconds: 0 };
  const truths = coldStarts({ ...tables, samples, sensor }).cold_starts;
  for (const each of found) {
    const own = truths.find((other) => other.function === each.function);
    if (!own) continue;
    each.truth = {
      start_joules: own.start_joules.value,
      warm_request_joules: own.warm_request_joules.value,
      keep_warm_joules_per_minute: own.keep_warm_joules_per_minute.value,
    };
  }
}

async function inTurns({ phases, invocations }: RunTables, truthFile: string) {
  const [truth] = await readTruth(truthFile);
  return truth && truthPerInvocation(truth, phases, invocations);
}

/** Undefined where the twin could not tell the functions' energies apart. */
async function together(
  { phases, invocations }: RunTables,
  { meters }: Pick<RunManifest, 'meters'>,
  truthFile: string,
) {
  const { channel, sources = {} } = meters[0]!;
  const bySource = await readTruthBySource(truthFile, channel, Object.keys(sources));
  const parts = [...bySource].map(([source, truth]) => [sources[source]!, truth] as const);
  const platform = parts.find(([entity]) => entity === 'platform')?.[1];
  const functions = parts.flatMap(([entity, truth]) =>
    entity.startsWith(FUNCTION_PREFIX)
      ? [[entity.slice(FUNCTION_PREFIX.length), truth] as const]
      : [],
  );
  if (!platform || functions.length === 0) return undefined;
  return truthTogether({ platform, functions: new Map(functions) }, phases, invocations);
}
