import { createRequire } from 'node:module';
import { sensorBudget } from '../energy/sensor-budget.js';
import { environment } from '../run/environment.js';
import { MANIFEST_SCHEMA, type RunManifest } from '../run/manifest.js';
import { runId } from '../run/run-id.js';
import { findProgram, programVersion } from '../tools/program.js';
import type { BenchOptions } from './bench-options.js';

const OWN_VERSION = (createRequire(import.meta.url)('../../package.json') as { version: string })
  .version;

/** run.json as it is before anything was measured. */
export async function newManifest(options: BenchOptions): Promise<RunManifest> {
  const { source } = options.energySource;
  const { mode } = options;
  const precision = mode.kind === 'turns' ? mode.precision : undefined;
  const startedAt = new Date();
  return {
    schema: MANIFEST_SCHEMA,
    run: runId(startedAt, options.functions),
    state: 'running',
    simulated: source === 'twin',
    started_us: startedAt.getTime() * 1000,
    target: { name: options.target.name, gateway: '' },
    plan: {
      functions: options.functions,
      mode: mode.kind,
      method: options.method,
      repetitions: options.repetitions,
      ...(precision
        ? { precision: { ratio: precision.ratio, budget_seconds: precision.budgetSeconds } }
        : {}),
      idle_seconds: options.idleSeconds,
      settle_seconds: options.settleSeconds,
      warmup_seconds: options.warmupSeconds,
      load_seconds: options.loadSeconds,
      rate_per_second: {},
      seed: options.seed,
    },
    meters: [],
    sensor: sensorBudget([
      { node: '', source: source === 'meters' || source === 'target' ? 'meter' : source },
    ]),
    environment: environment(),
    versions: {
      'power-harness': OWN_VERSION,
      node: process.version,
      ...(options.target.drivesLoad ? {} : { k6: await programVersion(findProgram('k6')) }),
      'faas-cli': await programVersion(findProgram('faas-cli')),
    },
    warnings: [],
    files: {},
  };
}
