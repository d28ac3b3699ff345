import { describe, expect, test } from 'vitest';
import { attribute } from '../attribution/attribute.js';
import { assessClass, type ClassAccuracy, type FunctionAccuracy } from './accuracy.js';
import { assessRun } from './assess-run.js';
import { generateRun } from './generate-run.js';
import { findScenario } from './scenarios.js';

const assess = (name: string, runs: number) =>
  assessClass(
    findScenario(name),
    Array.from({ length: runs }, (_, i) => i + 1),
  );

const worst = ({ functions }: ClassAccuracy, value: (each: FunctionAccuracy) => number) =>
  Math.max(...functions.map(value));
const mean = ({ functions }: ClassAccuracy, value: (each: FunctionAccuracy) => number) =>
  functions.reduce((sum, each) => sum + value(each), 0) / functions.length;

/** Of the worst function; about one and a half times what hundreds of runs have. */
const ALONE = { runs: 30, median: 0.008, p95: 0.02, halfWidth: 0.04 };
const TOGETHER = { runs: 10, median: 0.02, p95: 0.05, halfWidth: 0.06 };

describe('errors are small, intervals hold and are no wider than they must be', () => {
  test.each([
    ['one-alone', ALONE],
    ['one-drift', { ...ALONE, runs: 60, p95: 0.025 }],
    ['one-lossy', ALONE],
    ['one-two-nodes', ALONE],
    ['four-together', TOGETHER],
    ['four-convex', TOGETHER],
    ['four-background', TOGETHER],
  ])('%s', (name, { runs, median, p95, halfWidth }) => {
    const accuracy = assess(name, runs);
    expect(worst(accuracy, (each) => each.refused_ratio)).toBe(0);
    expect(worst(accuracy, (each) => each.undetectable_ratio)).toBe(0);
    expect(worst(accuracy, (each) => each.error_ratio.median)).toBeLessThan(median);
    expect(worst(accuracy, (each) => each.error_ratio.p95)).toBeLessThan(p95);
    expect(worst(accuracy, (each) => each.half_width_ratio)).toBeLessThan(halfWidth);
    expect(mean(accuracy, (each) => each.coverage_ratio)).toBeGreaterThan(0.86);
    // Those of the others that charge idle, or part of it, to whoever runs.
    const ours = mean(accuracy, (each) => each.error_ratio.median);
    for (const peer of ['cpu_share', 'kepler'] as const) {
      expect(ours).toBeLessThan(mean(accuracy, (each) => each.peers[peer].median));
    }
  });
});

test('where current goes beyond the range of the sensor, all invocations still count', () => {
  const { input, truths } = generateRun(findScenario('eight-together'), 1);
  const { functions } = attribute(input, 'auto');
  expect(input.samples[0]!.overrangeSamples!.at(-1)).toBeGreaterThan(20);
  for (const { function: name, invocations } of truths) {
    const found = functions.find((each) => each.function === name)!;
    expect(Math.abs(found.invocations / invocations - 1), name).toBeLessThan(0.03);
  }
});

test('a task that came during load only is not charged to the function', () => {
  const [resize] = assessRun(findScenario('one-background'), 110);
  const { ci95, joules_per_invocation: joules } = resize!.marginal!;
  expect(Math.abs(joules / (resize!.joules / resize!.invocations) - 1)).toBeLessThan(0.03);
  expect((ci95.high - ci95.low) / 2 / joules).toBeLessThan(0.1);
});

test('functions that nothing tells apart are refused, in every run', () => {
  const accuracy = assess('two-chained', 3);
  expect(accuracy.functions.map((each) => each.refused_ratio)).toEqual([1, 1]);
});

test('a function that costs next to nothing is told as less than what could be seen', () => {
  const [accuracy] = assess('one-nearly-free', 24).functions;
  expect(accuracy!.undetectable_ratio).toBeGreaterThan(0.5);
  expect(accuracy!.undetectable_right_ratio).toBeGreaterThan(0.9);
  expect(accuracy!.coverage_ratio).toBeGreaterThan(0.8);
});

test('on a bent node CPU time is not taken for what explains better, because a line does not', () => {
  const [parse] = assessRun(findScenario('four-concave'), 460);
  const { ci95, joules_per_invocation: joules } = parse!.marginal!;
  const truth = parse!.joules / parse!.invocations;
  expect(Math.abs(joules - truth)).toBeLessThan((ci95.high - ci95.low) / 2);
});

test('CPU share charges idle to whoever runs: the same function costs several times more at a low rate', () => {
  const scenario = findScenario('one-alone');
  const at = (ratePerSecond: number) =>
    assessClass(
      { ...scenario, functions: scenario.functions.map((each) => ({ ...each, ratePerSecond })) },
      [1, 2],
    ).functions[0]!;
  const [slow, fast] = [at(5), at(50)];
  expect(slow.peers.cpu_share.median).toBeGreaterThan(3 * fast.peers.cpu_share.median);
  expect(Math.abs(slow.expected_joules / fast.expected_joules - 1)).toBeLessThan(0.03);
});
