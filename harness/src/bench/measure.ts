import { mkdir } from 'node:fs/promises';
import { calibrateRate } from '../load/calibrate-rate.js';
import { type EnergySource } from '../energy/energy-source.js';
import { SampleCollector } from '../energy/sample-collector.js';
import { RunInvalidError } from '../errors.js';
import { AppendTable } from '../run/append-table.js';
import { importRequests } from '../load/requests.js';
import { runLoad } from '../load/run-load.js';
import { type FunctionDescription } from '../openfaas/stack-file.js';
import { type OpenTarget } from '../targets/target.js';
import { type RunDirectory } from '../run/run-directory.js';
import { type BenchOptions, type Talk } from './bench-options.js';
import { CpuRecorder } from './cpu-recorder.js';
import { type Deployment } from './deployment.js';
import { timedPhase } from './phase-clock.js';
import { planTurns, type Turn } from './plan.js';
import { RepetitionCheck } from './repetition-check.js';

export interface Measurement {
  options: BenchOptions;
  functions: FunctionDescription[];
  deployment: Deployment;
  run: RunDirectory;
  target: OpenTarget;
  source: EnergySource;
  clockOffsetSeconds: number;
  node: string;
  talk: Talk;
  signal: AbortSignal;
  /** Ends the run with this error. */
  fail: (error: Error) => void;
}

/** Idle, the turns of the plan, idle; every row is written as soon as it is there. */
export async function measure(m: Measurement): Promise<void> {
  const { options, run } = m;
  const samples = AppendTable.create(run.path, 'samples');
  const cpu = new CpuRecorder(m.target, AppendTable.create(run.path, 'cpu'));
  AppendTable.create(run.path, 'invocations').close();
  const collector = new SampleCollector(
    m.source,
    m.clockOffsetSeconds,
    (rows) => samples.append(rows.map((row) => Object.values(row))),
    m.fail,
  );
  const sequence = new Sequence(m, collector);
  try {
    for (const name of options.functions) await sequence.calibrate(name);
    await run.save();
    await sequence.rest('settle', 0, options.settleSeconds);
    await sequence.rest('idle', 0, options.idleSeconds);
    const turns = planTurns(options.functions, options.repetitions, options.seed);
    for (const [index, turn] of turns.entries()) {
      await sequence.turn(turn, `${index + 1}/${turns.length}`);
    }
    await sequence.rest('settle', options.repetitions + 1, options.settleSeconds);
    await sequence.rest('idle', options.repetitions + 1, options.idleSeconds);
  } finally {
    run.manifest.warnings.push(...sequence.check.warnings);
    await collector.close();
    await cpu.close();
    samples.close();
  }
}
