import type { RunReport } from '../report/run-report.js';
import { openEnergySource } from '../energy/open-energy-source.js';
import { sensorBudget } from '../energy/sensor-budget.js';
import { EnergySourceError, EXIT_CODES, PowerHarnessError } from '../errors.js';
import { abortError } from '../processes/sleep.js';
import {
  type FunctionDescription,
  readStackFile,
  selectFunctions,
} from '../openfaas/stack-file.js';
import { pushRun } from '../prometheus/push-run.js';
import { tablesToParquet } from '../run/tables.js';
import { RunDirectory } from '../run/run-directory.js';
import type { RunState } from '../run/manifest.js';
import type { BenchOptions, Talk } from './bench-options.js';
import { Deployment } from './deployment.js';
import { finish } from './finish.js';
import { newManifest } from './new-manifest.js';
import { measure } from './measure.js';
import { assertLongEnough } from './load-length.js';
import { awaitMeters } from './await-meters.js';
import { meterWarnings } from './meter-warnings.js';
import { assertReachable } from './precision.js';
import { preflight, reportPreflight } from './preflight.js';
import { Closing } from './closing.js';

export interface BenchOutcome {
  directory: string;
  report: RunReport;
}

/**
 * Measures functions: preflight, deploy, meter, load, figures. Whatever ends it, what was started is
 * stopped, what was deployed is removed, and what was measured stays readable in the run directory.
 * @throws PowerHarnessError
 */
export async function bench(
  options: BenchOptions,
  talk: Talk,
  interrupt: AbortSignal,
): Promise<BenchOutcome> {
  const stack = await readStackFile(options.stackFile);
  const functions = selectFunctions(stack, options.functions);
  talk.say('Preflight');
  reportPreflight(await preflight(options), talk);
  const run = await RunDirectory.create(options.out, await newManifest(options));
  talk.say(`Run ${run.path}`);
  try {
    const truthFile = await drive(options, functions, run, talk, interrupt);
    return { directory: run.path, report: await finishAndPush(run, options, truthFile) };
  } catch (error) {
    await keep(run, error as Error);
    talk.say(`What was measured is in ${run.path}`);
    throw error;
  }
}

/** Everything that has processes; gives the twin's truth file, where there is a twin. */
async function drive(
  options: BenchOptions,
  functions: FunctionDescription[],
  run: RunDirectory,
  talk: Talk,
  interrupt: AbortSignal,
): Promise<string | undefined> {
  const failed = new AbortController();
  const signal = AbortSignal.any([interrupt, failed.signal]);
  const closing = new Closing();
  const fail = (error: Error) => failed.abort(error);
  try {
    const target = await options.target.open(run.path, signal);
    closing.add(() => target.close());
    for (const note of target.notes) talk.say(`  ${note}`);
    const source = await openEnergySource({
      chosen: options.energySource,
      sysfs: options.sysfs,
      ...(target.twinNode ? { twinNode: target.twinNode } : {}),
      ...(target.exporters ? { offered: target.exporters } : {}),
      twinOptions: options.twinOptions,
      nodes: target.nodes,
      seed: options.seed,
      directory: run.file('meter'),
      signal,
    });
    closing.add(() => source.close());
    void target.died.then(fail);
    void source.died.then((what) =>
      fail(
        new EnergySourceError(
          'ENERGY_SOURCE_DIED',
          what,
          'Its logs are in meter/ in the run directory.',
        ),
      ),
    );
    const { clockOffsets, meters } = await awaitMeters(source, signal);
    const { manifest } = run;
    manifest.simulated = source.simulated;
    manifest.meters = meters;
    manifest.target.gateway = target.gateway.url;
    Object.assign(manifest.versions, source.versions);
    const { load } = target;
    if (load) {
      manifest.load = load.origin;
      manifest.versions['k6'] = load.k6Version;
      manifest.warnings.push(...load.warnings);
    }
    manifest.sensor = sensorBudget(meters, clockOffsets, load?.clockOffset);
    manifest.warnings.push(
      ...source.warnings,
      ...meterWarnings(meters, options.target.onThisMachine),
    );
    await run.save();
    const { precision } = manifest.plan;
    if (precision) assertReachable(precision, manifest.sensor, options.loadSeconds);
    assertLongEnough(options.loadSeconds, source.sampleSeconds);
    const deployment = new Deployment(target, options.stackFile, talk, signal);
    closing.add(() => deployment.removeAll());
    for (const each of functions) await deployment.deploy(each, options.payloadFile);
    manifest.plan.payload_sha256 = deployment.payloadHashes();
    const common = { options, run, target, source, clockOffsets, talk, signal, fail };
    await measure({ ...common, deployment });
    return source.truthFile;
  } catch (error) {
    throw signal.aborted ? abortError(signal) : error;
  } finally {
    await closing.closeAll();
  }
}

/** Results are written before they are pushed, and again where Prometheus does not take them: they say so then. */
async function finishAndPush(
  run: RunDirectory,
  { method, prometheus }: BenchOptions,
  truthFile?: string,
): Promise<RunReport> {
  const report = await finish(run, method, truthFile);
  if (!prometheus) return report;
  try {
    await pushRun(report, prometheus);
    return report;
  } catch (error) {
    if (!(error instanceof PowerHarnessError)) throw error;
    run.manifest.warnings.push({
      code: error.code,
      severity: 'warning',
      message: `The run is not in Prometheus: ${error.message}`,
      hint: `power-harness runs push ${run.manifest.run} --prometheus ${prometheus.url} writes it later.`,
    });
    return finish(run, method, truthFile);
  }
}

/** Closes a run that did not end well: its rows become tables, and run.json says why it ended. */
async function keep(run: RunDirectory, error: Error): Promise<void> {
  const known = error instanceof PowerHarnessError ? error : undefined;
  const states: Record<number, RunState> = {
    [EXIT_CODES.interrupted]: 'interrupted',
    [EXIT_CODES.runInvalid]: 'invalid',
  };
  run.manifest.error = {
    code: known?.code ?? 'BUG',
    message: error.message,
    ...(known?.hint ? { hint: known.hint } : {}),
  };
  try {
    await tablesToParquet(run.path);
  } catch {
    // The CSV files are there, and read as well.
  }
  await run.seal(states[known?.exitCode ?? 1] ?? 'failed').catch(() => undefined);
}
