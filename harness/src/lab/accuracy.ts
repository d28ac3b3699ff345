import { quantile } from '../attribution/quantile.js';
import { assessRun, PEER_NAMES, type Outcome, type PeerName } from './assess-run.js';
import type { Scenario } from './scenario.js';

/** Of |figure / truth − 1|, against what a run really had. NaN where there were no figures. */
export interface ErrorRatio {
  median: number;
  p95: number;
}

export interface FunctionAccuracy {
  function: string;
  node: string;
  /** Joules per invocation in all runs of the class together. */
  expected_joules: number;
  /** Of figures that were told, that is neither refused nor `< x`. */
  error_ratio: ErrorRatio;
  /** How often the 95 % interval holds the expected figure; of all that were not refused. */
  coverage_ratio: number;
  /** Median, by the expected figure. */
  half_width_ratio: number;
  refused_ratio: number;
  /** Told as `< x`. */
  undetectable_ratio: number;
  /** Of those, how often the truth is below x. */
  undetectable_right_ratio: number;
  peers: Record<PeerName, ErrorRatio>;
}

/** What attribution is worth on a class of generated runs. */
export interface ClassAccuracy {
  class: string;
  runs: number;
  /** Whether nothing in the data tells the functions apart; `either`: they can be, but hardly. */
  refusal: Scenario['refusal'];
  functions: FunctionAccuracy[];
}

/**
 * @param seeds - one for each run
 * @param onRun - called after each
 */
export function assessClass(
  scenario: Scenario,
  seeds: readonly number[],
  onRun: () => void = () => undefined,
): ClassAccuracy {
  const runs = seeds.map((seed) => {
    const outcomes = assessRun(scenario, seed);
    onRun();
    return outcomes;
  });
  const functions = runs[0]!.map((_, i) => accuracyOf(runs.map((outcomes) => outcomes[i]!)));
  return { class: scenario.name, runs: runs.length, refusal: scenario.refusal, functions };
}

function accuracyOf(outcomes: readonly Outcome[]): FunctionAccuracy {
  const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
  const expected =
    sum(outcomes.map(({ joules }) => joules)) / sum(outcomes.map(({ invocations }) => invocations));
  const share = (some: readonly Outcome[], of: readonly Outcome[]) => some.length / of.length;
  const truthOf = ({ joules, invocations }: Outcome) => joules / invocations;

  const answered = outcomes.filter(({ marginal }) => marginal !== undefined);
  const told = answered.filter(({ marginal }) => marginal!.detectable);
  const undetectable = answered.filter(({ marginal }) => !marginal!.detectable);
  const errors = (some: readonly Outcome[], figure: (outcome: Outcome) => number): ErrorRatio => {
    const sorted = Float64Array.from(some, (each) => Math.abs(figure(each) / truthOf(each) - 1));
    sorted.sort();
    return { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
  };
  const halfWidths = Float64Array.from(
    answered,
    ({ marginal }) => (marginal!.ci95.high - marginal!.ci95.low) / 2 / expected,
  ).sort();
  return {
    function: outcomes[0]!.function,
    node: outcomes[0]!.node,
    expected_joules: expected,
    error_ratio: errors(told, ({ marginal }) => marginal!.joules_per_invocation),
    coverage_ratio: share(
      answered.filter(
        ({ marginal }) => marginal!.ci95.low <= expected && expected <= marginal!.ci95.high,
      ),
      answered,
    ),
    half_width_ratio: quantile(halfWidths, 0.5),
    refused_ratio: 1 - share(answered, outcomes),
    undetectable_ratio: share(undetectable, outcomes),
    undetectable_right_ratio: share(
      undetectable.filter((each) => truthOf(each) < each.marginal!.detection_limit_joules),
      undetectable,
    ),
    peers: Object.fromEntries(
      PEER_NAMES.map((peer) => [peer, errors(outcomes, ({ peers }) => peers[peer])]),
    ) as Record<PeerName, ErrorRatio>,
  };
}
