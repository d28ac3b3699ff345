import type { NodeView } from './node-view.js';
import type { FunctionResult, NodeResult, Warning } from './result.js';

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

/**
 * Load windows whose energy can't be known, by the functions that ran in them. Of windows of several functions only what the
 * meter missed is left out (regression-rows.ts).
 */
export function leftOutWarnings({ node, windows, activities }: NodeView): Warning[] {
  return windows.flatMap(({ unusable, missed, repetition, function: of }, w): Warning[] => {
    const ran = activities.filter((each) => each.count[w]! > 0).map((each) => each.function);
    if (unusable === undefined || ran.length === 0) return [];
    if (of !== undefined && !ran.includes(of)) return [];
    const some = missed && ran.length > 1 ? 'some of ' : '';
    return [
      {
        code: 'REPETITION_LEFT_OUT',
        severity: 'warning',
        message: `${of ?? ran.join(', ')}: ${some}repetition ${repetition} is left out on ${node}: ${unusable}.`,
        hint: 'Look at the meter: its log, its supply, its network.',
      },
    ];
  });
}

export function functionWarnings(each: FunctionResult): Warning[] {
  const { function: name, method, failed, invocations, repetitions } = each;
  const warnings = failureWarning(name, failed, invocations + failed);
  if (method === 'ratio') {
    warnings.push({
      code: 'RATIO_ASSUMES',
      severity: 'warning',
      message: `${name}: its share of CPU time is taken for its share of energy; the interval does not show what that is wrong by.`,
      hint: 'Use --method auto: difference or regression.',
    });
  }
  if (method !== 'difference') return warnings;
  return [
    ...warnings,
    ...repetitionWarning(name, repetitions.length),
    ...trendWarning(
      name,
      repetitions.map((repetition) => repetition.marginal_joules_per_invocation),
    ),
  ];
}

/** A drift of less than this share of idle power matters to nobody. */
const DRIFT_SHARE = 0.01;

export function nodeWarnings({ node, clock }: NodeView, found: NodeResult): Warning[] {
  const {
    idle_model: idle,
    idle_watts: { value: watts },
    regression,
  } = found;
  const warnings: Warning[] = [];
  if (idle && Math.abs(idle.drift_watts) > DRIFT_SHARE * watts) {
    const percent = ((idle.drift_watts / watts) * 100).toPrecision(2);
    warnings.push({
      code: 'IDLE_DRIFT',
      severity: 'warning',
      message: `${node}: idle power changed by ${percent} % between before and after; it is taken to have changed ${idle.drift === 'linear' ? 'along a line' : 'as by warming up'}.`,
      hint: 'Something else ran there, or it warmed up; let it rest, and measure again.',
    });
  }
  const other = (idle?.other_watts ?? 0) + (regression?.other_watts ?? 0);
  if (other > DRIFT_SHARE * watts) {
    warnings.push({
      code: 'BACKGROUND_TASK',
      severity: 'warning',
      message: `${node}: something that nobody asked for came and went; it drew ${other.toPrecision(2)} W on average, which is told as other.`,
      hint: 'Stop it, or measure longer.',
    });
  }
  if (clock.beyondBudget) {
    warnings.push({
      code: 'CLOCK_LAG',
      severity: 'warning',
      message: `${node}: power follows the load by ${(clock.seconds * 1000).toFixed(0)} ms, more than the clocks were said to be apart; it is corrected.`,
      hint: 'Look at the clocks of meter and load generator.',
    });
  }
  if (regression && (regression.exponent.ci95.low > 1 || regression.exponent.ci95.high < 1)) {
    const { value } = regression.exponent;
    warnings.push({
      code: 'NODE_NOT_LINEAR',
      severity: 'info',
      message: `${node}: power above idle goes with load to the power of ${value.toPrecision(2)}; each function has its share of it at the loads that were measured.`,
      hint: `At another load an invocation costs ${value < 1 ? 'less where more, more where less' : 'more where more, less where less'} runs beside it.`,
    });
  }
  return warnings;
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
