import type { NodeSamples, Phase } from './input.js';
import { firstAtOrAfter, riseIn } from './cumulative.js';
import { intersect, mergeSpans, secondsOf, subtractSpans, type Span } from './spans.js';

/**
 * How long a node is not taken for idle after the last request: what the load leaves behind (garbage collection,
 * buffers being written) is the load's.
 */
export const AFTER_BUSY_US = 500_000;
/** The same before a request: clocks are not equal. */
export const BEFORE_BUSY_US = 100_000;

/** Idle time is cut into pieces of about this length, whose scatter tells how sure the mean is. */
const PIECE_US = 1_000_000;

/** A shorter stretch than this says more of its edges than of the idle power. */
const SHORTEST_US = 200_000;

/** A stretch of idle time and the node's mean power in it. */
export interface IdlePiece extends Span {
  watts: number;
  seconds: number;
  /** Whether the piece before it ends where this one begins. */
  follows: boolean;
}

/**
 * The time a node was not asked for anything, from the first phase to the last, within what was measured. Stretches
 * begin and end with a sample: nothing is interpolated between idling and load.
 * @param busy - time in flight with its margins, merged
 */
export function idleSpans(
  { timeUs }: NodeSamples,
  phases: readonly Phase[],
  busy: readonly Span[],
): Span[] {
  if (timeUs.length < 2) return [];
  const loaded = phases
    .filter(({ phase }) => phase === 'warmup' || phase === 'load')
    .map(({ startUs, endUs }) => ({
      startUs: startUs - BEFORE_BUSY_US,
      endUs: endUs + AFTER_BUSY_US,
    }));
  const holes = mergeSpans([...busy, ...loaded]);
  const measured = { startUs: timeUs[0]!, endUs: timeUs[timeUs.length - 1]! };
  return subtractSpans(extentOf(phases, measured), holes)
    .map((span) => withinSamples(span, timeUs))
    .filter(({ startUs, endUs }) => endUs - startUs >= SHORTEST_US);
}

function withinSamples({ startUs, endUs }: Span, timeUs: Float64Array): Span {
  const first = firstAtOrAfter(timeUs, startUs);
  const after = firstAtOrAfter(timeUs, endUs);
  const last = timeUs[after] === endUs ? after : after - 1;
  return { startUs: timeUs[first] ?? endUs, endUs: timeUs[last] ?? startUs };
}

/** From the first phase to the last, within the samples; all of them where there are no phases. */
export function extentOf(phases: readonly Phase[], measured: Span): Span {
  if (phases.length === 0) return measured;
  const startUs = Math.min(...phases.map((phase) => phase.startUs));
  const endUs = Math.max(...phases.map((phase) => phase.endUs));
  return intersect({ startUs, endUs }, measured) ?? measured;
}

/** Stretches of idle time in pieces of about a second; those that the meter missed some of are left out. */
export function idlePieces(
  spans: readonly Span[],
  { timeUs, energyJoules, gapUs }: NodeSamples,
): IdlePiece[] {
  const pieces = spans.flatMap((span) => {
    const count = Math.max(1, Math.round((span.endUs - span.startUs) / PIECE_US));
    const step = (span.endUs - span.startUs) / count;
    return Array.from({ length: count }, (_, i) => {
      const piece = { startUs: span.startUs + i * step, endUs: span.startUs + (i + 1) * step };
      const seconds = secondsOf(piece);
      return { ...piece, seconds, watts: riseIn(timeUs, energyJoules, piece) / seconds };
    }).filter((piece) => !gapUs || riseIn(timeUs, gapUs, piece) === 0);
  });
  return pieces.map((piece, i) => ({ ...piece, follows: pieces[i - 1]?.endUs === piece.startUs }));
}
