import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attribute } from './attribute.js';
import type { AttributionInput } from './input.js';
import { deviates, syntheticRun, TYPICAL } from './synthetic-run.js';
import { truthPerInvocation } from './truth.js';
import { trendWarning } from './warnings.js';

const inside = (value: number, { low, high }: { low: number; high: number }) =>
  value >= low && value <= high;

/** Idle 2 W, load 3 W over 10 s windows with 10 calls each; sampled each 0.1 s. */
function byHand(): AttributionInput {
  const powers = [2, 3, 2, 3, 2];
  const timeUs = Float64Array.from({ length: 501 }, (_, i) => i * 1e5);
  const energyJoules = timeUs.map((t) => {
    const [whole, part] = [Math.min(4, Math.floor(t / 1e7)), (t % 1e7) / 1e6];
    const before = powers.slice(0, whole).reduce((sum, watts) => sum + watts * 10, 0);
    return t === 5e7 ? 120 : before + powers[whole]! * part;
  });
  const starts = [...Array(10).keys()]
    .flatMap((i) => [1e7 + i * 1e6, 3e7 + i * 1e6])
    .sort((a, b) => a - b);
  return {
    samples: [{ node: 'n', timeUs, energyJoules }],
    phases: [
      { phase: 'idle', repetition: 0, startUs: 0, endUs: 1e7 },
      { phase: 'load', repetition: 1, startUs: 1e7, endUs: 2e7 },
      { phase: 'idle', repetition: 1, startUs: 2e7, endUs: 3e7 },
      { phase: 'load', repetition: 2, startUs: 3e7, endUs: 4e7 },
      { phase: 'idle', repetition: 3, startUs: 4e7, endUs: 5e7 },
    ],
    invocations: {
      functions: ['f', 'never'],
      nodes: ['n'],
      functionIndex: new Uint16Array(20),
      nodeIndex: new Uint16Array(20),
      startUs: Float64Array.from(starts),
      endUs: Float64Array.from(starts, (t) => t + 5e5),
      status: new Uint16Array(20).fill(200),
    },
    cpu: [],
    sensor: { gainRatio: 0.0015, offsetWatts: 0, clockSeconds: 0 },
  };
}

describe('a timeline worked out by hand', () => {
  const result = attribute(byHand(), 'auto');
  const f = result.functions[0]!;

  test('one watt above idle for ten seconds by ten calls is one joule each', () => {
    expect(result.functions).toHaveLength(1);
    expect(f.marginal.joules_per_invocation).toBeCloseTo(1, 9);
    expect(f.full.joules_per_invocation).toBeCloseTo(3, 9);
    expect(f).toMatchObject({ function: 'f', node: 'n', invocations: 20, failed: 0 });
    expect(f.latency_seconds).toEqual({ p50: 0.5, p95: 0.5, p99: 0.5 });
  });

  test('without scatter only the sensor is in the interval', () => {
    expect(f.marginal.random95.high - f.marginal.random95.low).toBeLessThan(1e-9);
    expect(f.marginal.systematic95.high - 1).toBeCloseTo(1.96 * 0.0015, 5);
    expect(f.marginal.detectable).toBe(true);
  });

  test('the balance', () => {
    expect(result.nodes[0]!.idle_watts.value).toBeCloseTo(2, 9);
    const { measured, idle, functions, other, residual } = result.nodes[0]!.energy_joules;
    expect([measured, idle, functions, other]).toEqual(
      [120, 100, 20, 0].map((x) => expect.closeTo(x, 9)),
    );
    expect(residual).toBeCloseTo(0, 9);
  });

  test('two repetitions are warned of, and a function that was never called gets nothing', () => {
    expect(result.warnings.map(({ code }) => code)).toEqual(['FEW_REPETITIONS']);
    expect(JSON.stringify(result)).not.toContain('never');
  });
});

describe('what can not be told is refused, and said', () => {
  test('a window that the meter missed is left out', () => {
    const input = byHand();
    const gapUs = input.samples[0]!.timeUs.map((t) => (t > 1.5e7 ? 5000 : 0));
    const result = attribute({ ...input, samples: [{ ...input.samples[0]!, gapUs }] }, 'auto');
    expect(result.warnings[0]).toMatchObject({ code: 'REPETITION_LEFT_OUT' });
    expect(result.refused[0]!.reason).toContain('Only 1 of its repetitions');
  });

  test('a window at the end of the sensor is left out', () => {
    const input = byHand();
    const overrangeSamples = input.samples[0]!.timeUs.map((t) => Math.max(0, (t - 3e7) / 1e5));
    const result = attribute(
      { ...input, samples: [{ ...input.samples[0]!, overrangeSamples }] },
      'auto',
    );
    expect(result.warnings[0]!.message).toContain("beyond the sensor's range");
  });

  test('two functions at once need a regression', () => {
    const input = byHand();
    input.invocations.functionIndex = input.invocations.functionIndex.map((_, i) => i % 2);
    const { functions, refused } = attribute(input, 'difference');
    expect(functions).toEqual([]);
    expect(refused[0]).toMatchObject({ functions: ['f', 'never'] });
  });

  test('failures above one percent make the run invalid, and are not counted as invocations', () => {
    const input = byHand();
    input.invocations.status[3] = 500;
    const { functions, warnings } = attribute(input, 'auto');
    expect(functions[0]).toMatchObject({ invocations: 19, failed: 1 });
    expect(warnings[0]).toMatchObject({ code: 'INVOCATIONS_FAILED', severity: 'error' });
  });

  test('a node that is not metered, and one that never was idle', () => {
    const input = byHand();
    input.invocations.nodes = ['elsewhere'];
    expect(attribute(input, 'auto').refused[0]!.reason).toContain('elsewhere');
    const busy = byHand();
    busy.phases = [{ phase: 'load', repetition: 1, startUs: 0, endUs: 5e7 }];
    expect(attribute(busy, 'auto').refused[0]!.reason).toContain('never idle');
  });

  test.each([
    ['a time that goes back', (i: AttributionInput) => void (i.samples[0]!.timeUs[5] = 0), 'row 5'],
    ['no number', (i: AttributionInput) => void (i.samples[0]!.energyJoules[5] = NaN), 'row 5'],
    [
      'negative energy',
      (i: AttributionInput) => void (i.samples[0]!.energyJoules[0] = -1),
      'negative',
    ],
    [
      'an end before its start',
      (i: AttributionInput) => void (i.invocations.endUs[0] = 0),
      'invocations[0]',
    ],
    [
      'an index beyond the names',
      (i: AttributionInput) => void (i.invocations.nodeIndex[0] = 9),
      'not there',
    ],
  ])('%s is an error that names the place', (_, spoil, message) => {
    const input = byHand();
    spoil(input);
    expect(() => attribute(input, 'auto')).toThrow(message);
  });
});

const runs = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  idleWatts: fc.double({ min: 0.5, max: 10, noNaN: true }),
  joulesPerInvocation: fc.double({ min: 0, max: 0.5, noNaN: true }),
  ratePerSecond: fc.double({ min: 2, max: 50, noNaN: true }),
  seconds: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
});

describe('invariants', () => {
  test('conservation: the terms of the balance sum to what was measured', () => {
    fc.assert(
      fc.property(runs, (run) => {
        for (const { energy_joules } of attribute(syntheticRun({ ...TYPICAL, ...run }), 'auto')
          .nodes) {
          const { measured, idle, functions, other, residual } = energy_joules;
          expect(Math.abs(idle + functions + other + residual - measured)).toBeLessThan(
            1e-9 * measured,
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  test('a meter that reads k times gives figures k times', () => {
    fc.assert(
      fc.property(runs, fc.double({ min: 0.5, max: 2, noNaN: true }), (run, gain) => {
        const one = attribute(syntheticRun({ ...TYPICAL, ...run }), 'auto').functions[0]!;
        const scaled = attribute(syntheticRun({ ...TYPICAL, ...run, gain }), 'auto').functions[0]!;
        const [a, b] = [one.marginal.joules_per_invocation, scaled.marginal.joules_per_invocation];
        expect(Math.abs(b - gain * a)).toBeLessThan(1e-9 + 1e-6 * Math.abs(a));
      }),
      { numRuns: 20 },
    );
  });

  test('constant power on top is idle power, and no function gets any of it', () => {
    const without = attribute(syntheticRun(TYPICAL), 'auto');
    const input = syntheticRun(TYPICAL);
    const { timeUs } = input.samples[0]!;
    input.samples[0]!.energyJoules.forEach((joules, i, all) => {
      all[i] = joules + (3 * (timeUs[i]! - timeUs[0]!)) / 1e6;
    });
    const result = attribute(input, 'auto');
    expect(result.nodes[0]!.idle_watts.value).toBeCloseTo(
      without.nodes[0]!.idle_watts.value + 3,
      6,
    );
    expect(result.functions[0]!.marginal.joules_per_invocation).toBeCloseTo(
      without.functions[0]!.marginal.joules_per_invocation,
      7,
    );
  });

  test('the order of rows and the names change nothing', () => {
    const input = syntheticRun(TYPICAL);
    const { invocations } = input;
    const shuffled = {
      ...input,
      phases: [...input.phases].reverse(),
      invocations: {
        ...invocations,
        functions: ['renamed'],
        startUs: invocations.startUs.toReversed(),
        endUs: invocations.endUs.toReversed(),
      },
    };
    const [a, b] = [input, shuffled].map((each) => attribute(each, 'auto').functions[0]!.marginal);
    expect(b!.joules_per_invocation).toBeCloseTo(a!.joules_per_invocation, 12);
    expect(b!.ci95.low).toBeCloseTo(a!.ci95.low, 12);
  });
});

describe('the interval holds', () => {
  const RUNS = 400;

  /** Runs whose meter and repetitions err as the budget says. */
  function* draws(more: Partial<typeof TYPICAL>) {
    const deviate = deviates(42);
    for (let seed = 1; seed <= RUNS; seed++) {
      const gain = 1 + 0.0015 * deviate();
      yield attribute(syntheticRun({ ...TYPICAL, sampleSeconds: 0.2, ...more, seed, gain }), 'auto')
        .functions[0]!.marginal;
    }
  }

  test('its coverage of the expected figure is about 95 %, and it is no wider than it must be', () => {
    const found = [...draws({})];
    const covered = found.filter(({ ci95 }) => inside(0.05, ci95)).length / RUNS;
    expect(covered).toBeGreaterThan(0.925);
    expect(covered).toBeLessThan(0.98);
    const halfWidths = found.map(({ ci95 }) => (ci95.high - ci95.low) / 2 / 0.05).sort();
    expect(halfWidths[RUNS / 2]).toBeLessThan(0.02);
  });

  test('also where idle power is what is least known', () => {
    const found = [...draws({ noiseWatts: 0.1, repetitionScatter: 0 })];
    const covered = found.filter(({ ci95 }) => inside(0.05, ci95)).length / RUNS;
    expect(covered).toBeGreaterThan(0.92);
    expect(covered).toBeLessThan(0.99);
  });

  test('a function that costs nothing is rarely said to cost something', () => {
    const found = [...draws({ joulesPerInvocation: 0, noiseWatts: 0.02 })];
    const claimed = found.filter(({ detectable }) => detectable).length / RUNS;
    expect(claimed).toBeLessThan(0.09);
  });
});

test('repetitions that fall throughout are warned of', () => {
  expect(trendWarning('f', [4.5, 3.4, 2.7, 2.3, 2.34, 2.5])).toEqual([]);
  expect(trendWarning('f', [4.5, 3.4, 2.7, 2.5, 2.4, 2.3])[0]!.message).toContain('falls');
  expect(trendWarning('f', [1, 1.001, 1.002, 1.003, 1.004, 1.005])).toEqual([]);
});

test("the truth is the twin's own energy above its own idle mean", () => {
  const input = byHand();
  const [{ timeUs, energyJoules }] = input.samples as [(typeof input.samples)[0]];
  const truth = truthPerInvocation({ timeUs, energyJoules }, input.phases, input.invocations);
  expect([...truth]).toEqual([['f', expect.closeTo(1, 9)]]);
});
