import { SampleCollector } from '../energy/sample-collector.js';
import { AppendTable } from '../run/append-table.js';
import { CpuRecorder } from './cpu-recorder.js';
import { type Measurement } from './measurement.js';
import { planTurns } from './plan.js';
import { Sequence } from './sequence.js';

/** Idle, the turns of the plan, idle; every row is written as soon as it is there. */
export async function measure(m: Measurement): Promise<void> {
  const { options, run } = m;
  const samples = AppendTable.create(run.path, 'samples');
  const invocations = AppendTable.create(run.path, 'invocations');
  const cpuTable = AppendTable.create(run.path, 'cpu');
  const cpu = new CpuRecorder(m.target, cpuTable);
  const collector = new SampleCollector(
    m.source,
    m.clockOffsetSeconds,
    (rows) =>
      samples.append(
        rows.map((row) => [
          row.node,
          Math.round(row.timeUs),
          row.energyJoules,
          row.flags,
          row.gapUs,
          row.missedCycles,
          row.overrangeSamples,
        ]),
      ),
    m.fail,
  );
  const sequence = new Sequence(m, collector, invocations);
  try {
    for (const name of options.functions) await sequence.calibrate(name);
    await run.save();
    await sequence.rest('settle', 0, options.settleSeconds);
    await sequence.rest('idle', 0, options.idleSeconds);
    const turns = planTurns(options.functions, options.repetitions, options.seed);
    for (const [index, turn] of turns.entries()) {
      await sequence.turn(turn, index + 1, turns.length);
    }
    await sequence.rest('settle', options.repetitions + 1, options.settleSeconds);
    await sequence.rest('idle', options.repetitions + 1, options.idleSeconds);
  } finally {
    run.manifest.warnings.push(...sequence.check.warnings);
    await collector.close();
    await cpu.close();
    for (const table of [samples, invocations, cpuTable]) table.close();
  }
}
