import type { FunctionResult, Warning } from '../attribution/result.js';
import type { Uncertainty } from '../attribution/uncertainty.js';
import type { ComparedRun, Comparison, FunctionComparison, Verdict } from './comparison.js';
import { energyRatio, type ComparedFigure } from './energy-ratio.js';
import { environmentDifferences, isSameMeter, type Run } from './environment-differences.js';
import { holm } from './holm.js';
import { rankTest, smallestP } from './rank-test.js';

/** The chance that a finding is none. */
const SIGNIFICANCE = 0.05;

/** Half a 95 % interval is at least so many standard uncertainties. */
const COVERAGE_NORMAL = 1.96;

/**
 * Compares runs with the first one, function by function. A difference is significant where the rank test on the
 * repetitions says so (Holm over all comparisons), and the 95 % interval of the ratio leaves out 1: the test does not
 * see what the repetitions of a run share (idle power, the meter), the interval does.
 * @param thresholdRatio - a significant rise beyond this is a regression
 */
export function compareRuns(
  baseline: Run,
  runs: readonly Run[],
  thresholdRatio: number,
): Comparison {
  const pairs = runs.flatMap((run) => pairsOf(baseline, run));
  const adjusted = holm(pairs.map(({ p }) => p));
  const compared = runs.map((run): ComparedRun => {
    const names = (of: Run) => of.result.functions.map(nameOf);
    const functions = pairs.flatMap((pair, i) =>
      pair.run === run ? [comparisonOf(pair, adjusted[i]!, thresholdRatio)] : [],
    );
    return {
      run: run.manifest.run,
      differences: environmentDifferences(baseline, run),
      functions,
      only_in_baseline: names(baseline).filter((name) => !names(run).includes(name)),
      only_in_run: names(run).filter((name) => !names(baseline).includes(name)),
      warnings: pairs.flatMap((pair) => (pair.run === run ? warningsOf(pair, pairs.length) : [])),
    };
  });
  return {
    schema: 1,
    baseline: baseline.manifest.run,
    simulated: [baseline, ...runs].some(({ result }) => result.simulated),
    threshold_ratio: thresholdRatio,
    runs: compared,
    regression: compared.some(({ functions }) =>
      functions.some(({ verdict }) => verdict === 'regression'),
    ),
  };
}

interface Pair {
  run: Run;
  before: FunctionResult;
  after: FunctionResult;
  ratio: ReturnType<typeof energyRatio>;
  p: number;
}

function nameOf({ function: name, node }: FunctionResult): string {
  return `${name} on ${node}`;
}

/** The functions that both runs have a figure for. */
function pairsOf(baseline: Run, run: Run): Pair[] {
  return baseline.result.functions.flatMap((before): Pair[] => {
    const after = run.result.functions.find((each) => nameOf(each) === nameOf(before));
    if (!after) return [];
    const sameMeter = isSameMeter(baseline, run, before.node);
    const ratio =
      before.marginal.detectable && after.marginal.detectable
        ? energyRatio(figureOf(before, baseline, sameMeter), figureOf(after, run, sameMeter))
        : undefined;
    return [{ run, before, after, ratio, p: rankTest(valuesOf(before), valuesOf(after)) }];
  });
}

function valuesOf({ repetitions }: FunctionResult): number[] {
  return repetitions.map((each) => each.marginal_joules_per_invocation);
}

/** The gain of one meter is the same in both runs; the clocks are mapped anew in each. */
function figureOf(each: FunctionResult, { manifest }: Run, sameMeter: boolean): ComparedFigure {
  const { gain_ratio: gain, clock_seconds: clock } = manifest.sensor;
  const seconds = each.repetitions.map(({ start_us, end_us }) => (end_us - start_us) / 1e6);
  const windowSeconds = seconds.reduce((sum, value) => sum + value, 0) / seconds.length;
  const clockRatio = windowSeconds > 0 ? clock / windowSeconds : 0;
  return {
    joules: each.marginal.joules_per_invocation,
    random: randomOf(each),
    systematicRatio: Math.hypot(sameMeter ? 0 : gain, clockRatio),
  };
}

/** Results of older versions have the interval alone. */
function randomOf({ marginal }: FunctionResult): Uncertainty {
  const { random_uncertainty: known, random95 } = marginal;
  if (known) return { u: known.joules, degrees: known.degrees_of_freedom };
  return { u: (random95.high - random95.low) / 2 / COVERAGE_NORMAL, degrees: Infinity };
}

function comparisonOf(
  { before, after, ratio, p }: Pair,
  adjusted: number,
  threshold: number,
): FunctionComparison {
  return {
    function: before.function,
    node: before.node,
    baseline_joules_per_invocation: before.marginal.joules_per_invocation,
    joules_per_invocation: after.marginal.joules_per_invocation,
    ...(ratio ? { ratio } : {}),
    p,
    p_adjusted: adjusted,
    verdict: verdictOf(ratio, adjusted, threshold),
  };
}

function verdictOf(ratio: Pair['ratio'], adjusted: number, threshold: number): Verdict {
  if (!ratio || adjusted > SIGNIFICANCE) return 'unclear';
  if (ratio.ci95.high < 1) return 'lower';
  if (ratio.ci95.low <= 1) return 'unclear';
  return ratio.value > 1 + threshold ? 'regression' : 'higher';
}

function warningsOf({ before, after, ratio }: Pair, comparisons: number): Warning[] {
  const name = nameOf(before);
  const warnings: Warning[] = [];
  const [m, n] = [valuesOf(before).length, valuesOf(after).length];
  if (smallestP(m, n) * comparisons > SIGNIFICANCE) {
    warnings.push({
      code: 'TOO_FEW_REPETITIONS',
      severity: 'warning',
      message: `${name}: ${m} and ${n} repetitions can't show a difference, however large, among ${comparisons} comparisons.`,
      hint: 'Measure again with more: --repetitions.',
    });
  }
  if (!ratio) {
    warnings.push({
      code: 'NOT_DETECTABLE',
      severity: 'warning',
      message: `${name}: one of the runs can't tell its energy from nothing, so there is no ratio.`,
      hint: 'Measure again with a longer --duration or a higher --rate.',
    });
  }
  return warnings;
}
