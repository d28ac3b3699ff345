import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { MethodName, Warning } from '../attribution/result.js';
import type { Phase, SensorUncertainty } from '../attribution/input.js';
import { addTruth } from '../bench/truth.js';
import { TRUTH_FILE } from '../bench/finish.js';
import { attributeTables } from '../bench/attribute-tables.js';
import { UsageError } from '../errors.js';
import { sensorBudget } from '../energy/sensor-budget.js';
import type { RunManifest } from '../run/manifest.js';
import { readManifest } from '../run/read-run.js';
import type { RunResult } from '../run/result.js';
import { readTables, type RunTables } from '../run/tables.js';
import { inferPhases } from './infer-phases.js';
import { refuseImplausible } from './plausibility.js';
import { refuseUnits } from './units.js';

/** What to analyse, and how. */
export interface AnalyzeOptions {
  /** A run directory, or a bare folder with its tables. */
  directory: string;
  /** Default: what the run was planned with; `auto` for a bare folder. */
  method?: 'auto' | MethodName;
  /** Default: what run.json says; a calibrated INA3221 for a bare folder. */
  sensor?: SensorUncertainty;
  /** Takes times and energies as they are, whatever they look like. */
  trustUnits?: boolean;
}

/** Figures of a folder, with what an explanation of them needs. */
export interface Analysis {
  result: RunResult;
  tables: RunTables;
  /** Absent for a bare folder. */
  manifest?: RunManifest;
  sensor: SensorUncertainty;
  /** Whether load phases were taken from the invocations, for want of a phases table. */
  phasesInferred: boolean;
}

/**
 * Attributes the energy of measurements of any origin. Nothing is written.
 * @throws UsageError where the folder can't be read (exit 2)
 * @throws RunInvalidError where its data can't be trusted (exit 4)
 */
export async function analyzeFolder(options: AnalyzeOptions): Promise<Analysis> {
  const { directory } = options;
  if (!existsSync(directory)) {
    throw new UsageError(
      'FOLDER_UNKNOWN',
      `There is no folder ${directory}.`,
      'Name a run directory, or a folder with samples and invocations.',
    );
  }
  const manifest = existsSync(join(directory, 'run.json'))
    ? await readManifest(directory)
    : undefined;
  const tables = await readTables(directory);
  if (!options.trustUnits) refuseUnits(directory, tables);
  refuseImplausible(directory, tables);
  const phases = tables.phases.length > 0 ? tables.phases : inferPhases(tables);
  const phasesInferred = tables.phases.length === 0 && phases.length > 0;
  const sensor = options.sensor ?? sensorOf(manifest);
  const result = attributeTables(
    { ...tables, phases },
    {
      run: manifest?.run ?? basename(resolve(directory)),
      simulated: manifest?.simulated ?? false,
      warnings: [...(manifest?.warnings ?? []), ...(phasesInferred ? [inferred(phases)] : [])],
      sensor,
    },
    options.method ?? (manifest?.plan.method as 'auto' | MethodName | undefined) ?? 'auto',
  );
  const truthFile = join(directory, TRUTH_FILE);
  if (manifest && existsSync(truthFile)) await addTruth(result, tables, manifest, truthFile);
  return { result, tables, sensor, phasesInferred, ...(manifest ? { manifest } : {}) };
}

function sensorOf(manifest: RunManifest | undefined): SensorUncertainty {
  const { gain_ratio, offset_watts, clock_seconds } =
    manifest?.sensor ?? sensorBudget([{ node: '', source: 'meter', calibrated: true }]);
  return { gainRatio: gain_ratio, offsetWatts: offset_watts, clockSeconds: clock_seconds };
}

function inferred(phases: readonly Phase[]): Warning {
  const windows = phases.filter(({ phase }) => phase === 'load').length;
  return {
    code: 'PHASES_INFERRED',
    severity: 'info',
    message: `There is no phases table: ${windows} load windows were taken from the time with invocations in flight.`,
    hint: 'A warm-up is then part of the load; a phases table leaves it out.',
  };
}
