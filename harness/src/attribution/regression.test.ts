import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attribute } from './attribute.js';
import type { AttributionInput } from './input.js';
import type { AttributionResult, NodeResult } from './result.js';
import { syntheticMix, TYPICAL_MIX, type SyntheticMix } from './synthetic-mix.js';

const run = (more: Partial<SyntheticMix> = {}) => {
  const { input, truth } = syntheticMix({ ...TYPICAL_MIX, ...more });
  return { input, truth, result: attribute(input, 'auto') };
};
const joulesOf = ({ functions }: AttributionResult, name: string) =>
  functions.find((each) => each.function === name)!.marginal.joules_per_invocation;

const THREE = [
  ...TYPICAL_MIX.functions,
  { name: 'c', watts: 1.1, seconds: 0.06, ratePerSecond: 5 },
];

describe('functions under load at once', () => {
  test.each([
    ['a linear node', 1],
    ['a concave one', 0.75],
    ['a convex one', 1.3],
  ])('on %s each is within its interval of the truth, and within 3 %%', (_, exponent) => {
    const { result, truth } = run({ functions: THREE, exponent });
    expect(result.method).toBe('regression');
    expect(result.functions.map((each) => each.function)).toEqual(['a', 'b', 'c']);
    for (const each of result.functions) {
      const real = truth.get(each.function)!;
      expect(Math.abs(each.marginal.joules_per_invocation / real - 1), each.function).toBeLessThan(
        0.03,
      );
      expect(each.marginal.ci95.low).toBeLessThan(real);
      expect(each.marginal.ci95.high).toBeGreaterThan(real);
    }
    const found = result.nodes[0]!.regression!.exponent;
    expect(found.value).toBeCloseTo(exponent, 1);
    const said = result.warnings.some(({ code }) => code === 'NODE_NOT_LINEAR');
    if (exponent !== 1) expect(said).toBe(true);
  });

  test('moments beyond the range of the sensor are left out, what functions did in them is not', () => {
    const { input, result: whole, truth } = run();
    const [samples] = input.samples;
    const { timeUs, energyJoules } = samples!;
    const watts = timeUs.map((t, s) =>
      s === 0 ? 0 : (energyJoules[s]! - energyJoules[s - 1]!) / ((t - timeUs[s - 1]!) / 1e6),
    );
    const limit = [...watts].sort((a, b) => b - a)[30]!;
    // Each of the samples above it lost a joule: had it been taken, the figures would be far too low.
    let [count, lost] = [0, 0];
    const overrangeSamples = watts.map((each) => (count += each > limit ? 1 : 0));
    samples!.overrangeSamples = overrangeSamples;
    samples!.energyJoules = energyJoules.map((joules, s) => joules - (lost = overrangeSamples[s]!));
    expect(lost).toBe(30);
    const result = attribute(input, 'auto');
    for (const each of result.functions) {
      const same = whole.functions.find((other) => other.function === each.function)!;
      expect(each.invocations).toBe(same.invocations);
      const real = truth.get(each.function)!;
      expect(Math.abs(each.marginal.joules_per_invocation / real - 1)).toBeLessThan(0.02);
    }
    expect(result.nodes[0]!.regression!.windows).toBeGreaterThan(
      0.8 * whole.nodes[0]!.regression!.windows,
    );
    expect(result.warnings.map(({ message }) => message).join()).toContain(
      'a, b: some of repetition',
    );
  });

  test('loads that are one are refused by name, and the sum is told', () => {
    const { result, truth, input } = run({
      inStep: true,
      functions: [
        TYPICAL_MIX.functions[0]!,
        { name: 'b', watts: 0.4, seconds: 0.02, ratePerSecond: 12 },
      ],
    });
    expect(result.functions).toEqual([]);
    const [refused] = result.refused;
    expect(refused!.functions).toEqual(['a', 'b']);
    expect(refused!.reason).toContain('rose and fell together');
    const count = input.invocations.startUs.length / 2;
    const sum = (truth.get('a')! + truth.get('b')!) * count;
    expect(Math.abs(refused!.joint!.energy_joules / sum - 1)).toBeLessThan(0.02);
  });

  test('energy that goes by the invocation, not by its time, is found to do so', () => {
    const { input } = run();
    // Each call of b costs the same, however long it takes.
    const { startUs, endUs, functionIndex } = input.invocations;
    const [samples] = input.samples;
    const added = new Float64Array(samples!.timeUs.length);
    for (let i = 0; i < startUs.length; i++) {
      if (functionIndex[i] !== 1) continue;
      const watts = 0.3 / ((endUs[i]! - startUs[i]!) / 1e6);
      for (let s = 1; s < added.length; s++) {
        const from = Math.max(startUs[i]!, samples!.timeUs[s - 1]!);
        const until = Math.min(endUs[i]!, samples!.timeUs[s]!);
        if (until > from) added[s]! += (watts * (until - from)) / 1e6;
      }
    }
    let sum = 0;
    samples!.energyJoules.forEach((joules, s, all) => (all[s] = joules + (sum += added[s]!)));
    const { functions } = attribute(input, 'regression');
    expect(functions.map((each) => each.regression!.feature)).toEqual([
      'busy_seconds',
      'invocations',
    ]);
  });

  test('energy that goes by CPU time, not by the time in flight, is found to do so', () => {
    const { input } = run();
    const { startUs, endUs, functionIndex } = input.invocations;
    const [samples] = input.samples;
    const { timeUs, energyJoules } = samples!;
    // In every other window, b computes all the time that it is in flight, at 0.8 W more; else it waits for half of it.
    const computes = input.phases.filter(
      ({ phase, repetition }) => phase === 'load' && repetition % 2 === 0,
    );
    const added = new Float64Array(timeUs.length);
    const used = [new Float64Array(timeUs.length), new Float64Array(timeUs.length)];
    for (let i = 0; i < startUs.length; i++) {
      const f = functionIndex[i]!;
      const hot =
        f === 1 && computes.some((w) => startUs[i]! >= w.startUs && startUs[i]! < w.endUs);
      for (let s = 1; s < added.length; s++) {
        const from = Math.max(startUs[i]!, timeUs[s - 1]!);
        const seconds = Math.max(0, Math.min(endUs[i]!, timeUs[s]!) - from) / 1e6;
        used[f]![s]! += seconds * (f === 0 || hot ? 1 : 0.5);
        if (hot) added[s]! += 0.4 * seconds;
      }
    }
    let sum = 0;
    energyJoules.forEach((joules, s, all) => (all[s] = joules + (sum += added[s]!)));
    const cpu = ['a', 'b'].map((name, f) => {
      let total = 0;
      const cpuSeconds = used[f]!.map((each) => (total += each));
      return { node: 'node', entity: `function:${name}`, timeUs, cpuSeconds };
    });
    const { functions } = attribute({ ...input, cpu }, 'regression');
    expect(functions[1]!.regression!.feature).toBe('cpu_seconds');
  });

  test('work that came during load only is not charged to the functions', () => {
    const { input, truth } = run();
    const [samples] = input.samples;
    // Half a core at 0.8 W, two seconds of every seven, in no step with the windows; never while idle.
    const idle = input.phases.filter(({ phase }) => phase === 'idle');
    const works = (t: number) =>
      Math.floor(t / 1e6) % 7 < 2 && !idle.some(({ startUs, endUs }) => t >= startUs && t < endUs);
    let [joules, cpu] = [0, 0];
    const cpuSeconds = samples!.timeUs.map((t, i, all) => {
      const seconds = i > 0 && works(t - 1) ? (t - all[i - 1]!) / 1e6 : 0;
      samples!.energyJoules[i]! += joules += 0.4 * seconds;
      return (cpu += 0.5 * seconds);
    });
    const other = { node: 'node', entity: 'other', timeUs: samples!.timeUs, cpuSeconds };
    const without = attribute(input, 'auto');
    const result = attribute({ ...input, cpu: [other] }, 'auto');
    const [{ energy_joules: energy }] = result.nodes as [NodeResult];
    expect(energy.other / joules).toBeCloseTo(1, 1);
    expect(result.warnings.map(({ code }) => code)).toContain('BACKGROUND_TASK');
    for (const { function: name, marginal } of result.functions) {
      expect(Math.abs(marginal.joules_per_invocation / truth.get(name)! - 1), name).toBeLessThan(
        0.02,
      );
      const before = without.functions.find((each) => each.function === name)!.marginal;
      const width = ({ low, high }: typeof before.ci95) => high - low;
      expect(width(marginal.ci95)).toBeLessThan(width(before.ci95) / 2);
    }
  });

  test('too few windows are refused', () => {
    const { input } = run();
    const phases = input.phases.filter(
      ({ phase, repetition }) => phase === 'idle' || repetition <= 2,
    );
    const { refused } = attribute({ ...input, phases }, 'regression');
    expect(refused[0]!.reason).toContain('too few');
  });
});

const mixes = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  exponent: fc.double({ min: 0.7, max: 1.4, noNaN: true }),
  noiseWatts: fc.double({ min: 0, max: 0.05, noNaN: true }),
});

describe('invariants', () => {
  test('conservation, and nothing is negative', () => {
    fc.assert(
      fc.property(mixes, (mix) => {
        const { result } = run(mix);
        for (const { energy_joules } of result.nodes) {
          const { measured, idle, functions, other, residual } = energy_joules;
          const sum = idle + functions + other + residual;
          expect(Math.abs(sum - measured)).toBeLessThan(1e-9 * measured);
        }
        for (const each of result.functions) {
          expect(each.marginal.joules_per_invocation).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 8 },
    );
  });

  test('neither the order of rows nor that of functions nor their names change a figure', () => {
    fc.assert(
      fc.property(mixes, (mix) => {
        const { input, result } = run(mix);
        const other = attribute(reordered(input), 'auto');
        for (const [name, renamed] of [
          ['a', 'y'],
          ['b', 'x'],
        ] as const) {
          const before = joulesOf(result, name);
          expect(Math.abs(joulesOf(other, renamed) - before)).toBeLessThan(1e-6 * before);
        }
      }),
      { numRuns: 6 },
    );
  });

  test('a function that was never called is not among the figures, and changes none', () => {
    const { input, result } = run();
    const functions = ['0', ...input.invocations.functions];
    const functionIndex = input.invocations.functionIndex.map((f) => f + 1);
    const other = attribute(
      { ...input, invocations: { ...input.invocations, functions, functionIndex } },
      'auto',
    );
    expect(other).toEqual(result);
  });
});

/** Rows backwards, functions the other way round and called otherwise. */
function reordered(input: AttributionInput): AttributionInput {
  const { invocations, phases } = input;
  return {
    ...input,
    phases: phases.toReversed(),
    invocations: {
      ...invocations,
      functions: ['x', 'y'],
      functionIndex: invocations.functionIndex.map((f) => 1 - f).toReversed(),
      startUs: invocations.startUs.toReversed(),
      endUs: invocations.endUs.toReversed(),
    },
  };
}

test('the interval holds: coverage of four functions over drawn runs', () => {
  let [covered, all] = [0, 0];
  for (let seed = 1; seed <= 25; seed++) {
    const { result, truth } = run({ seed, functions: THREE });
    for (const each of result.functions) {
      const { low, high } = each.marginal.ci95;
      const real = truth.get(each.function)!;
      if (low <= real && real <= high) covered++;
      all++;
    }
  }
  expect(all).toBe(75);
  expect(covered / all).toBeGreaterThan(0.9);
});
