import type { Phase } from '../attribution/input.js';
import { secondsOf, type Span } from '../attribution/spans.js';
import type { RunTables } from '../run/tables.js';

/** Load that rests for so long is two loads; between them the node is idle. */
const REST_US = 1_000_000;

/** A shorter load is no window: the meter has too few samples in it. */
const SHORTEST_SECONDS = 2;

/** Around a load, as idle time leaves them out: the meter's samples reach over its edges, and work lingers. */
const BEFORE_US = 100_000;
const AFTER_US = 500_000;

/** A long load is cut, for its scatter to show; pieces are no shorter than this. */
const WINDOWS_WANTED = 6;
const PIECE_SECONDS = 5;

/** Where more of the invocations lie outside such loads, they are no repetitions of anything. */
const OUTSIDE_SHARE = 0.1;

/** What else may run in a function's window, as a share of its invocations. */
const FOREIGN_SHARE = 0.001;

interface Load extends Span {
  /** Of each function, by its index. */
  counts: Map<number, number>;
}

/**
 * Phases where none were recorded: load is a stretch of invocations in flight, a long one cut into pieces, idle is what
 * lies before and after all. A window of one function names it.
 * @returns none where the load is too scattered for windows
 */
export function inferPhases({
  samples,
  invocations,
}: Pick<RunTables, 'samples' | 'invocations'>): Phase[] {
  const measured = {
    startUs: Math.max(...samples.map(({ timeUs }) => timeUs[0]!)),
    endUs: Math.min(...samples.map(({ timeUs }) => timeUs.at(-1)!)),
  };
  const loads = loadsOf(invocations)
    .filter((load) => secondsOf(load) >= SHORTEST_SECONDS)
    .map((load) => widened(load, measured));
  const inside = loads.reduce((sum, load) => sum + totalOf(load), 0);
  if (inside < (1 - OUTSIDE_SHARE) * invocations.startUs.length) return [];
  const seconds = loads.reduce((sum, load) => sum + secondsOf(load), 0);
  const pieces = loads.flatMap((load) => {
    const wanted = Math.ceil((WINDOWS_WANTED * secondsOf(load)) / seconds);
    const most = Math.max(1, Math.floor(secondsOf(load) / PIECE_SECONDS));
    return cut(load, loads.length >= WINDOWS_WANTED ? 1 : Math.min(wanted, most));
  });
  const windows = pieces.map(({ counts, startUs, endUs }, i): Phase => {
    const [[most, count]] = [...counts].sort((a, b) => b[1] - a[1]) as [[number, number]];
    const alone = totalOf({ counts }) - count <= FOREIGN_SHARE * count;
    return {
      phase: 'load',
      repetition: i + 1,
      startUs,
      endUs,
      ...(alone ? { function: invocations.functions[most]! } : {}),
    };
  });
  if (windows.length === 0) return [];
  const idle = (repetition: number, startUs: number, endUs: number): Phase[] =>
    endUs > startUs ? [{ phase: 'idle', repetition, startUs, endUs }] : [];
  return [
    ...idle(0, measured.startUs, windows[0]!.startUs),
    ...windows,
    ...idle(windows.length + 1, windows.at(-1)!.endUs, measured.endUs),
  ];
}

/** Invocations come in the order of their start. */
function loadsOf({ startUs, endUs, functionIndex }: RunTables['invocations']): Load[] {
  const loads: Load[] = [];
  for (let i = 0; i < startUs.length; i++) {
    let load = loads.at(-1);
    if (!load || startUs[i]! - load.endUs > REST_US) {
      loads.push((load = { startUs: startUs[i]!, endUs: endUs[i]!, counts: new Map() }));
    }
    load.endUs = Math.max(load.endUs, endUs[i]!);
    load.counts.set(functionIndex[i]!, (load.counts.get(functionIndex[i]!) ?? 0) + 1);
  }
  return loads;
}

/** As far as a sample reaches. */
function widened(load: Load, measured: Span): Load {
  return {
    ...load,
    startUs: Math.min(load.startUs, Math.max(measured.startUs, load.startUs - BEFORE_US)),
    endUs: Math.max(load.endUs, Math.min(measured.endUs, load.endUs + AFTER_US)),
  };
}

function totalOf({ counts }: Pick<Load, 'counts'>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function cut(load: Load, pieces: number): Load[] {
  const step = (load.endUs - load.startUs) / pieces;
  return Array.from({ length: pieces }, (_, i) => ({
    ...load,
    startUs: load.startUs + i * step,
    endUs: load.startUs + (i + 1) * step,
  }));
}
