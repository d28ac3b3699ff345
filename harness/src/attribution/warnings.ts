import { type IdlePower } from './idle.js';
import { type Warning } from './result.js';

/** More failures than this share make a run invalid. */
const FAILED_SHARE_LIMIT = 0.01;

/** Below six, the interval of a mean is wide and a median's can't be had (harness design). */
const ENOUGH_REPETITIONS = 6;

export function failureWarning(name: string, failed: number, total: number): Warning[] {
  if (failed === 0) return [];
  const share = failed / total;
  const invalid = share > FAILED_SHARE_LIMIT;
  return [
    {
      code: 'INVOCATIONS_FAILED',
      severity: invalid ? 'error' : 'warning',
      message: `${name}: ${failed} of ${total} invocations failed (${(share * 100).toPrecision(2)} %).`,
      hint: invalid
        ? 'A run with more than 1 % failures is invalid; look at the function and its payload.'
        : "They are left out of the count, their energy is not; look at the function's log.",
    },
  ];
}

export function repetitionWarning(name: string, repetitions: number): Warning[] {
  if (repetitions >= ENOUGH_REPETITIONS) return [];
  return [
    {
      code: 'FEW_REPETITIONS',
      severity: 'warning',
      message: `${name}: the interval rests on ${repetitions} repetitions.`,
      hint: `${ENOUGH_REPETITIONS} or more make it narrower and surer: --repetitions.`,
    },
  ];
}

export function nodeWarnings(node: string, { driftWatts, watts }: IdlePower): Warning[] {
  if (driftWatts === undefined) return [];
  const percent = ((driftWatts / watts) * 100).toPrecision(2);
  return [
    {
      code: 'IDLE_DRIFT',
      severity: 'warning',
      message: `${node}: idle power changed by ${percent} % between before and after.`,
      hint: 'Something else ran there, or it warmed up; let it rest, and measure again.',
    },
  ];
}

/** Kendall's tau of six repetitions is this high by chance in 2 of 100 cases (exact distribution). */
const TREND_TAU = 0.8;
const TREND_REPETITIONS = 5;
/** A smaller difference between first and last matters to nobody. */
const TREND_SHARE = 0.05;

/** Repetitions that rise or fall throughout are no repeats of one experiment. */
export function trendWarning(name: string, values: readonly number[]): Warning[] {
  const n = values.length;
  if (n < TREND_REPETITIONS) return [];
  let score = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) score += Math.sign(values[j]! - values[i]!);
  }
  const tau = score / ((n * (n - 1)) / 2);
  const change = values[n - 1]! / values[0]! - 1;
  if (Math.abs(tau) < TREND_TAU || Math.abs(change) < TREND_SHARE) return [];
  return [
    {
      code: 'REPETITIONS_TREND',
      severity: 'warning',
      message: `${name}: its energy ${change < 0 ? 'falls' : 'rises'} from repetition to repetition, by ${Math.abs(change * 100).toPrecision(2)} % in all.`,
      hint: 'It is still warming up, or something leaks: a longer --warmup, or look at the function.',
    },
  ];
}
