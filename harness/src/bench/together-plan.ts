import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';
import { UsageError } from '../errors.js';

/** Rates go from this to two less this, in multiples of a function's mean rate. */
const LOWEST_LEVEL = 0.2;

/** Exchanges tried for each function; each keeps only what lowers the correlations. */
const EXCHANGES = 3000;

/** Above this condition number, errors of one function's figure go into another's (Belsley, Kuh, Welsch 1980: 5 to 10 is weak). */
const CONDITION_LIMIT = 2;

/** More windows than this are not looked for. */
const MOST_WINDOWS = 1000;

/** Rates of functions under load at once. */
export interface TogetherPlan {
  /** For each function one multiple of its mean rate for each window; their mean is 1. */
  levels: number[][];
  /** Of the levels of any two functions, in absolute value. */
  largestCorrelation: number;
  /** Of the standardised levels, at most. */
  conditionNumber: number;
}

/**
 * A Latin hypercube drawn from `seed`: every function goes through the same evenly spaced levels once, each in an order of
 * its own; exchanges of two windows lower the correlations with the functions before (Owen, J. Am. Stat. Assoc. 89, 1994,
 * has the idea). The condition number is bounded by Gershgorin's circles of the correlation matrix.
 * @throws UsageError (`PLAN_TOO_SHORT`) with the windows that it takes, where the functions could not be told apart
 */
export function planTogether(functions: number, windows: number, seed: number): TogetherPlan {
  const plan = draw(functions, windows, seed);
  if (tellsApart(plan)) return plan;
  throw new UsageError(
    'PLAN_TOO_SHORT',
    `${functions} functions can't be told apart in ${windows} windows.`,
    `It takes ${leastWindows(functions, seed)} windows: --repetitions.`,
  );
}

function leastWindows(functions: number, seed: number): number {
  let windows = fewestWindows(functions);
  while (windows < MOST_WINDOWS && !tellsApart(draw(functions, windows, seed))) windows++;
  return windows;
}

/** Half of them tell the figures and idle power, the other half what these scatter. */
function fewestWindows(functions: number): number {
  return 2 * (functions + 1);
}

function tellsApart({ levels, conditionNumber }: TogetherPlan): boolean {
  return levels[0]!.length >= fewestWindows(levels.length) && conditionNumber <= CONDITION_LIMIT;
}

function draw(functions: number, windows: number, seed: number): TogetherPlan {
  const random = mersenne(seed);
  const columns: number[][] = [];
  for (let n = 0; n < functions; n++) columns.push(drawColumn(columns, windows, random));
  const largest = Math.max(
    0,
    ...columns.flatMap((a, i) => columns.slice(0, i).map((b) => r(a, b))),
  );
  const radius = (functions - 1) * largest;
  const middle = (windows - 1) / 2;
  return {
    levels: columns.map((ranks) =>
      ranks.map((rank) => 1 + (1 - LOWEST_LEVEL) * (rank / middle - 1)),
    ),
    largestCorrelation: largest,
    conditionNumber: radius < 1 ? Math.sqrt((1 + radius) / (1 - radius)) : Infinity,
  };
}

/** Ranks from 0, hardly correlated with those of `others`. */
function drawColumn(
  others: readonly number[][],
  windows: number,
  random: ReturnType<typeof mersenne>,
): number[] {
  const column = Array.from({ length: windows }, (_, rank) => rank);
  const exchange = (i: number, j: number) => {
    [column[i], column[j]] = [column[j]!, column[i]!];
  };
  for (let i = windows - 1; i > 0; i--) exchange(i, uniformInt(random, 0, i));
  const cost = () => others.reduce((sum, other) => sum + r(column, other) ** 2, 0);
  let best = cost();
  for (let tried = 0; tried < EXCHANGES && best > 1e-6; tried++) {
    const [i, j] = [uniformInt(random, 0, windows - 1), uniformInt(random, 0, windows - 1)];
    exchange(i, j);
    const now = cost();
    if (now < best) best = now;
    else exchange(i, j);
  }
  return column;
}

/** Pearson's correlation of two orders of the same ranks, in absolute value. */
function r(a: readonly number[], b: readonly number[]): number {
  const n = a.length;
  const middle = (n - 1) / 2;
  const cross = a.reduce((sum, rank, i) => sum + (rank - middle) * (b[i]! - middle), 0);
  return Math.abs((cross * 12) / (n * (n * n - 1)));
}
