import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attribute } from '../attribution/attribute.js';
import { syntheticRun, TYPICAL, type SyntheticRun } from '../attribution/synthetic-run.js';
import type { RunManifest } from '../run/manifest.js';
import type { Run } from './environment-differences.js';

/** A run drawn from a seed, for tests. */
export function drawnRun(name: string, drawn: Partial<SyntheticRun> = {}): Run {
  const input = syntheticRun({ ...TYPICAL, ...drawn });
  const { gainRatio, offsetWatts, clockSeconds } = input.sensor;
  const manifest: RunManifest = {
    schema: 1,
    run: name,
    state: 'complete',
    simulated: false,
    started_us: 1_795_435_200_000_000,
    target: { name: 'lab', gateway: 'http://127.0.0.1:8080' },
    plan: {
      functions: ['f'],
      method: 'auto',
      repetitions: TYPICAL.repetitions,
      idle_seconds: TYPICAL.idleSeconds,
      settle_seconds: 1.5,
      warmup_seconds: 1,
      load_seconds: TYPICAL.loadSeconds,
      rate_per_second: { f: TYPICAL.ratePerSecond },
      payload_sha256: { f: 'a'.repeat(64) },
      seed: 1,
    },
    meters: [
      { node: 'node', meter: 'lab', channel: 1, source: 'meter', address: '10.0.0.2:10000' },
    ],
    sensor: { gain_ratio: gainRatio, offset_watts: offsetWatts, clock_seconds: clockSeconds },
    environment: { architecture: 'arm64', cpu_model: 'Cortex-A72', cpu_count: 4, kernel: '6.1' },
    versions: { 'power-harness': '0.1.0' },
    warnings: [],
    files: {},
  };
  const result = { schema: 1, run: name, simulated: false, ...attribute(input, 'auto') } as const;
  return { manifest, result };
}

/** Writes what `compare` reads of a run directory. @returns its path */
export function writeRun(folder: string, { manifest, result }: Run): string {
  const directory = join(folder, manifest.run);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'run.json'), JSON.stringify(manifest));
  writeFileSync(join(directory, 'result.json'), JSON.stringify(result));
  return directory;
}
