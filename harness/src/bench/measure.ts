import { SampleCollector } from '../energy/sample-collector.js';
import { AppendTable } from '../run/append-table.js';
import { measureCold } from './cold.js';
import { CpuRecorder } from './cpu-recorder.js';
import type { Measurement } from './measurement.js';
import { measureInTurns } from './in-turns.js';
import { Sequence } from './sequence.js';
import { measureTogether } from './together.js';

/** Drives the load of the run's mode; every row is written as soon as it is there. */
export async function measure(m: Measurement): Promise<void> {
  const { options, run } = m;
  const samples = AppendTable.create(run.path, 'samples');
  const invocations = AppendTable.create(run.path, 'invocations');
  const cpuTable = AppendTable.create(run.path, 'cpu');
  const cpu = new CpuRecorder(m.target, cpuTable);
  const collector = new SampleCollector(
    m.source,
    m.clockOffsets,
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
    const { mode } = options;
    if (mode.kind === 'cold') await measureCold(m, sequence);
    else if (mode.kind === 'together') await measureTogether(m, mode.plan, sequence);
    else await measureInTurns(m, sequence, mode.precision);
  } finally {
    await collector.close();
    await cpu.close();
    for (const table of [samples, invocations, cpuTable]) table.close();
  }
}
