import { createInterface } from 'node:readline';
import {
  type ClockOffset,
  offsetByShortestTrip,
  type RoundTrip,
} from '../../../energy/clock-offset.js';
import { LoadError } from '../../../errors.js';
import type { PodShell } from './pod-shell.js';

const TRIPS = 16;
const LIMIT_MS = 15_000;

/**
 * Answers each line with the time: by `date`, where that knows nanoseconds; Alpine's does not, but has adjtimex. To start a
 * program takes as long as the way there and back: another is started after it, so that the time is from the trip's middle.
 */
const SCRIPT = String.raw`case $(date +%N) in
  *[0-9]*) now() { date +%s%N; } ;;
  *) now() { adjtimex | sed -n -e 's/.*status: *\([0-9]*\).*/\1/p' -e 's/.*tv_u*sec: *\([0-9]*\).*/\1/p'; } ;;
esac
n=0
while [ $n -lt "$1" ] && read -r _; do
  time=$(now)
  : $(now)
  echo $time
  n=$((n + 1))
done`;

/** A kernel's clock in nanoseconds says so: STA_NANO of adjtimex(2). */
const STA_NANO = 0x2000;

/**
 * A container's clock less ours, by the shortest of some round trips.
 * @throws LoadError (`LOAD_CLOCK_UNREAD`), TargetError
 */
export async function podClockOffset(shell: PodShell): Promise<ClockOffset> {
  const process = await shell.start(SCRIPT, String(TRIPS));
  const limit = setTimeout(() => process.cut(), LIMIT_MS);
  const trips: RoundTrip[] = [];
  try {
    const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    for (let n = 0; n < TRIPS; n++) {
      const startSeconds = Date.now() / 1000;
      const start = performance.now();
      process.stdin.write('\n');
      const { value, done } = await lines.next();
      if (done) break;
      const tripSeconds = (performance.now() - start) / 1000;
      const otherSeconds = parseTime(value);
      if (Number.isNaN(otherSeconds)) break;
      trips.push({ startSeconds, tripSeconds, otherSeconds });
    }
  } finally {
    clearTimeout(limit);
    process.cut();
  }
  if (trips.length > 0) return offsetByShortestTrip(trips);
  throw new LoadError(
    'LOAD_CLOCK_UNREAD',
    'The clock of the pod of k6 can not be read: its image has neither a date with nanoseconds nor adjtimex.',
    'Take another image: load.image of the target in the config file.',
  );
}

/** Nanoseconds of `date`, or status, seconds and their fraction of adjtimex. NaN where it is neither. */
export function parseTime(line: string): number {
  const [first = '', seconds, fraction] = line.trim().split(' ');
  if (seconds === undefined) return /^\d{16,}$/.test(first) ? Number(first) / 1e9 : NaN;
  const perSecond = Number(first) & STA_NANO ? 1e9 : 1e6;
  return fraction === undefined ? NaN : Number(seconds) + Number(fraction) / perSecond;
}
