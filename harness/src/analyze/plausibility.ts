import { isSuccess } from '../attribution/node-invocations.js';
import type { Span } from '../attribution/spans.js';
import { RunInvalidError, UsageError } from '../errors.js';
import { tableFile } from '../run/table-file.js';
import type { RunTables } from '../run/tables.js';

/**
 * Tables that don't belong together, or of which nothing can be told.
 * @throws UsageError where a table is empty, or invocations are of nodes that no sample names
 * @throws RunInvalidError where none succeeded, or where clocks are so far apart that tables don't overlap
 */
export function refuseImplausible(directory: string, tables: RunTables): void {
  const { samples, invocations, phases } = tables;
  const file = (name: 'samples' | 'invocations' | 'phases') => tableFile(directory, name)!;
  if (samples.length === 0) refuseEmpty(file('samples'));
  if (invocations.startUs.length === 0) refuseEmpty(file('invocations'));
  const metered = samples.map(({ node }) => node);
  const { nodes } = invocations;
  if (!nodes.some((node) => node === '' || metered.includes(node))) {
    throw new UsageError(
      'NODE_UNKNOWN',
      `${file('invocations')}: node ${nodes.join(', ')} is not in ${file('samples')}; there is ${metered.join(', ')}.`,
      'Call a node by the same name in both.',
    );
  }
  if (!invocations.status.some(isSuccess)) {
    throw new RunInvalidError(
      'ALL_FAILED',
      `${file('invocations')}: none of ${invocations.status.length} invocations succeeded; status is ${statusList(invocations.status)}.`,
      'Look at the function; a status of 200 to 299 is a success, 0 is no answer.',
    );
  }
  const measured = spanOf(
    samples.map(({ timeUs }) => ({ startUs: timeUs[0]!, endUs: timeUs.at(-1)! })),
  );
  const asked = { startUs: invocations.startUs[0]!, endUs: largest(invocations.endUs) };
  refuseApart(file('samples'), measured, file('invocations'), asked);
  if (phases.length > 0) {
    refuseApart(file('samples'), measured, file('phases'), spanOf(phases));
    refuseApart(file('invocations'), asked, file('phases'), spanOf(phases));
  }
}

function refuseEmpty(file: string): never {
  throw new UsageError(
    'TABLE_EMPTY',
    `${file} has no rows.`,
    'Look at what wrote it; nothing can be told from it.',
  );
}

function refuseApart(file: string, own: Span, otherFile: string, other: Span): void {
  const gapUs = Math.max(other.startUs - own.endUs, own.startUs - other.endUs);
  if (gapUs < 0) return;
  const [first, second] = own.endUs <= other.startUs ? [file, otherFile] : [otherFile, file];
  throw new RunInvalidError(
    'CLOCKS_APART',
    `${first} ends ${duration(gapUs)} before ${second} begins.`,
    'They are of different runs, or their clocks (or time zones) differ: times are microseconds since 1970, in UTC.',
  );
}

function spanOf(spans: readonly Span[]): Span {
  return {
    startUs: Math.min(...spans.map(({ startUs }) => startUs)),
    endUs: Math.max(...spans.map(({ endUs }) => endUs)),
  };
}

/** Of a column too long to be spread into arguments. */
function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

function duration(us: number): string {
  const seconds = us / 1e6;
  if (seconds >= 2 * 86_400) return `${(seconds / 86_400).toFixed(1)} days`;
  if (seconds >= 2 * 3600) return `${(seconds / 3600).toFixed(1)} hours`;
  return `${seconds.toFixed(1)} s`;
}

function statusList(status: Uint16Array): string {
  const counts = new Map<number, number>();
  for (const code of status) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 5)
    .map(([code, count]) => `${code} (${count})`)
    .join(', ');
}
