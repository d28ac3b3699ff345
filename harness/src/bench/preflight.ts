import { loadavg, availableParallelism } from 'node:os';
import { existsSync } from 'node:fs';
import { EnergySourceError, LoadError, TargetError, type PowerHarnessError } from '../errors.js';
import type { ChosenSource } from '../energy/choose-energy-source.js';
import { TWIN_PROGRAM } from '../energy/twin-process.js';
import type { PrometheusAccess } from '../prometheus/prometheus-access.js';
import { assertTakesWrites } from '../prometheus/remote-write.js';
import { assertWritable } from '../run/run-directory.js';
import type { Check } from '../targets/target.js';
import type { BenchOptions, Talk } from './bench-options.js';
import { findProgram, programVersion } from '../tools/program.js';

/** Above this share of busy cores before we start, something else is running here. */
const BUSY_SHARE = 0.3;

type PreflightOptions = Pick<BenchOptions, 'target' | 'energySource' | 'out' | 'prometheus'>;
type Finding = Check & { error?: (message: string, hint?: string) => PowerHarnessError };

/** Everything that can be known before anything is started. */
export async function preflight(options: PreflightOptions): Promise<Finding[]> {
  const target = (await options.target.check()).map((check) => ({
    ...check,
    error: (message: string, hint?: string) =>
      new TargetError(check.name === 'free' ? 'TARGET_BUSY' : 'TARGET_NOT_READY', message, hint),
  }));
  return [
    ...target,
    ...(options.target.drivesLoad
      ? []
      : [await program('k6', (message, hint) => new LoadError('K6_MISSING', message, hint))]),
    await program(
      'faas-cli',
      (message, hint) => new TargetError('FAAS_CLI_MISSING', message, hint),
    ),
    energySource(options.energySource),
    await folder(options.out),
    ...(options.prometheus ? [await remoteWrite(options.prometheus)] : []),
    quiet(),
  ];
}

/** Prints the findings and throws the first that must be mended. */
export function reportPreflight(findings: readonly Finding[], talk: Talk): void {
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, ok, detail } of findings) {
    talk.say(`  ${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  ${detail}`);
  }
  const failed = findings.find(({ ok }) => !ok);
  if (failed) {
    const make = failed.error ?? ((m, h) => new TargetError('PREFLIGHT', m, h));
    throw make(`Preflight: ${failed.name}: ${failed.detail}`, failed.hint);
  }
}

async function program(name: 'k6' | 'faas-cli', error: Finding['error']): Promise<Finding> {
  try {
    const version = await programVersion(findProgram(name));
    return { name, ok: true, detail: version };
  } catch (caught) {
    const { message, hint } = caught as PowerHarnessError;
    return {
      name,
      ok: false,
      detail: message,
      ...(hint ? { hint } : {}),
      ...(error ? { error } : {}),
    };
  }
}

function energySource(chosen: ChosenSource): Finding {
  const name = 'energy source';
  const error = (message: string, hint?: string) =>
    new EnergySourceError('NO_ENERGY_SOURCE', message, hint);
  if (chosen.source === 'target') return { name, ok: true, detail: "the target's own exporters" };
  if (chosen.source === 'rapl') {
    const zones = chosen.zones.join(' + ');
    return { name, ok: true, detail: `RAPL of this machine (${zones}); --energy twin simulates` };
  }
  const [file, detail, hint] =
    chosen.source === 'meters'
      ? [chosen.metersFile, `meters of ${chosen.metersFile}`, 'Check --meters.']
      : [TWIN_PROGRAM, 'digital twin (simulated)', 'Run ./bootstrap, or npm run build.'];
  const ok = existsSync(file);
  return { name, ok, detail: ok ? detail : `${file} is not there`, hint, error };
}

function folder(out: string): Promise<Finding> {
  return holding('run folder', out, () => assertWritable(out));
}

function remoteWrite(access: PrometheusAccess): Promise<Finding> {
  return holding('remote write', access.url, () => assertTakesWrites(access));
}

/** What an assertion finds, its error kept. */
async function holding(name: string, detail: string, check: () => Promise<void>): Promise<Finding> {
  try {
    await check();
    return { name, ok: true, detail };
  } catch (caught) {
    const error = caught as PowerHarnessError;
    const { message, hint } = error;
    return { name, ok: false, detail: message, ...(hint ? { hint } : {}), error: () => error };
  }
}

/** A busy machine is only said: its load may be over by the time the run starts. */
function quiet(): Finding {
  const share = loadavg()[0]! / availableParallelism();
  const busy = share > BUSY_SHARE ? '; something else is running here, figures may scatter' : '';
  return { name: 'machine', ok: true, detail: `load average ${loadavg()[0]!.toFixed(2)}${busy}` };
}
