import { describe, expect, test } from 'vitest';
import { riseIn } from '../attribution/cumulative.js';
import { countIn, invocationsOf } from '../attribution/node-invocations.js';
import { secondsOf } from '../attribution/spans.js';
import { validateInput } from '../attribution/validate.js';
import { generateRun } from './generate-run.js';
import type { Scenario } from './scenario.js';
import { findScenario, SCENARIOS } from './scenarios.js';

const loadOf = ({ input }: ReturnType<typeof generateRun>) =>
  input.phases.filter(({ phase }) => phase === 'load');

/** No noise, no errors of the meter but its steps: what it reads must follow from the truths. */
function quiet(name: string): Scenario {
  const scenario = findScenario(name);
  const nodes = scenario.nodes.map((node) => ({
    ...node,
    noise: { ...node.noise, watts: 0 },
  }));
  return { ...scenario, nodes };
}

test.each(['one-bursty', 'four-lossy', 'two-chained'])(
  '%s: the same seed is the same run, another one is not, and attribution takes it',
  (name) => {
    const scenario = findScenario(name);
    const run = generateRun(scenario, 1);
    expect(generateRun(scenario, 1)).toEqual(run);
    expect(generateRun(scenario, 2).truths).not.toEqual(run.truths);
    expect(() => validateInput(run.input)).not.toThrow();
  },
);

test('classes have names of their own, and an unknown one is told which there are', () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(() => findScenario('five-together')).toThrow('four-together');
});

describe.each(['one-alone', 'four-together', 'four-concave', 'four-two-nodes'])('%s', (name) => {
  const scenario = quiet(name);
  const run = generateRun(scenario, 1);

  test('idle and what the functions caused is what was metered, on a node of any curvature', () => {
    for (const node of scenario.nodes) {
      const { timeUs, energyJoules } = run.input.samples.find((each) => each.node === node.name)!;
      const seconds = loadOf(run).reduce((sum, span) => sum + secondsOf(span), 0);
      const measured = loadOf(run)
        .map((span) => riseIn(timeUs, energyJoules, span))
        .reduce((sum, joules) => sum + joules, 0);
      const caused = run.truths
        .filter((truth) => truth.node === node.name)
        .reduce((sum, { joules }) => sum + joules, 0);
      expect((measured - node.idleWatts * seconds) / caused).toBeGreaterThan(0.96);
      expect((measured - node.idleWatts * seconds) / caused).toBeLessThan(1.04);
    }
  });

  test('invocations are counted as attribution counts them', () => {
    for (const { node, function: name, invocations } of run.truths) {
      const own = invocationsOf(run.input.invocations, node).find(
        (each) => each.function === name,
      )!;
      const counted = loadOf(run).reduce((sum, span) => sum + countIn(own, span), 0);
      expect(invocations).toBeCloseTo(counted, 3);
    }
  });
});

test('on a linear node the truth is what its terms say', () => {
  const scenario = { ...quiet('one-alone'), windowScatter: 0 };
  const [{ dynamicWatts, cores, platformCpuSeconds } = scenario.nodes[0]!] = scenario.nodes;
  const [{ seconds } = scenario.functions[0]!] = scenario.functions;
  const [{ joules, invocations } = { joules: 0, invocations: 1 }] = generateRun(scenario, 1).truths;
  const expected = (dynamicWatts / cores) * (seconds + platformCpuSeconds);
  expect(joules / invocations / expected).toBeGreaterThan(0.97);
  expect(joules / invocations / expected).toBeLessThan(1.03);
});

test('what the meter loses, and when it is read, is as the class says', () => {
  const { input } = generateRun(findScenario('four-lossy'), 1);
  const { timeUs, gapUs } = input.samples[0]!;
  const seconds = (timeUs[timeUs.length - 1]! - timeUs[0]!) / 1e6;
  expect(timeUs.length / (seconds * 10)).toBeGreaterThan(0.85);
  expect(timeUs.length / (seconds * 10)).toBeLessThan(0.95);
  expect(gapUs![gapUs!.length - 1]).toBeGreaterThan(0);
  const { cpu } = generateRun(findScenario('four-cadvisor'), 1).input;
  const steps = cpu.flatMap(({ timeUs: t }) => [...t].slice(1).map((each, i) => each - t[i]!));
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(10e6 - 1);
  expect(Math.max(...steps)).toBeLessThanOrEqual(15e6 + 1);
});
