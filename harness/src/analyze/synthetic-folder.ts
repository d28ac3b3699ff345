import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttributionInput } from '../attribution/input.js';
import { AppendTable } from '../run/append-table.js';

/** Writes attribution's input as the CSV tables of a bare folder, in whole microseconds; for tests. */
export function writeFolder({ samples, invocations, phases }: AttributionInput): string {
  const directory = mkdtempSync(join(tmpdir(), 'folder-'));
  const put = (name: 'samples' | 'invocations', rows: (string | number)[][]) => {
    const table = AppendTable.create(directory, name);
    table.append(rows);
    table.close();
  };
  put(
    'samples',
    samples.flatMap(({ node, timeUs, energyJoules }) =>
      Array.from(timeUs, (time, i) => [node, Math.round(time), energyJoules[i]!, 0, 0, 0, 0]),
    ),
  );
  const { functions, nodes, functionIndex, nodeIndex, startUs, endUs, status } = invocations;
  put(
    'invocations',
    Array.from(startUs, (start, i) => [
      functions[functionIndex[i]!]!,
      nodes[nodeIndex[i]!]!,
      Math.round(start),
      Math.round(endUs[i]!),
      status[i]!,
      '',
    ]),
  );
  const rows = phases.map((each) =>
    [
      each.phase,
      each.repetition,
      Math.round(each.startUs),
      Math.round(each.endUs),
      each.function ?? '',
    ].join(','),
  );
  writeFileSync(
    join(directory, 'phases.csv'),
    ['phase,repetition,start_us,end_us,function', ...rows, ''].join('\n'),
  );
  return directory;
}
