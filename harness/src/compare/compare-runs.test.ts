import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SyntheticRun } from '../attribution/synthetic-run.js';
import { compareRuns } from './compare-runs.js';
import { drawnRun } from './drawn-run.js';
import type { Run } from './environment-differences.js';

const THRESHOLD = 0.05;

/** Short runs: what differs is drawn anew in each. */
const draw = (seed: number, run: Partial<SyntheticRun> = {}) =>
  drawnRun(`run-${seed}`, { idleSeconds: 4, loadSeconds: 3, ratePerSecond: 10, seed, ...run });

const single = (a: Run, b: Run) => compareRuns(a, [b], THRESHOLD).runs[0]!.functions[0]!;

describe('over pairs of runs', () => {
  const PAIRS = 300;
  const drawn = new Map<string, Run>();
  const drawOnce = (seed: number, run: Partial<SyntheticRun>) => {
    const key = JSON.stringify([seed, run]);
    if (!drawn.has(key)) drawn.set(key, draw(seed, run));
    return drawn.get(key)!;
  };
  const verdicts = (change: Partial<SyntheticRun>, noiseWatts = 0.02) =>
    Array.from({ length: PAIRS }, (_, i) => {
      const seed = 2 * i + 1;
      const scatter = { repetitionScatter: 0.02, noiseWatts };
      return single(drawOnce(seed, scatter), drawOnce(seed + 1, { ...scatter, ...change }));
    });

  test.each([
    ['sure', 0.02],
    ['unsure', 0.1],
  ])('of the same function, idle power %s, at most 5 %% are called different', (_, noiseWatts) => {
    const wrong = verdicts({}, noiseWatts).filter(({ verdict }) => verdict !== 'unclear');
    expect(wrong.length / PAIRS).toBeLessThanOrEqual(0.05);
  });

  test('the rank test alone would call more different: repetitions share their idle power', () => {
    const wrong = verdicts({}, 0.1).filter(({ p }) => p <= 0.05);
    expect(wrong.length / PAIRS).toBeGreaterThan(0.08);
  });

  test('the interval of the ratio holds 1 in about 95 %', () => {
    const holds = verdicts({}).filter(
      ({ ratio }) => ratio!.ci95.low <= 1 && ratio!.ci95.high >= 1,
    ).length;
    expect(holds / PAIRS).toBeGreaterThan(0.92);
    expect(holds / PAIRS).toBeLessThan(0.99);
  });

  test('10 % more is found, and called a regression', () => {
    const found = verdicts({ joulesPerInvocation: 0.055 }).filter(
      ({ verdict }) => verdict === 'regression',
    ).length;
    expect(found / PAIRS).toBeGreaterThan(0.95);
  });

  test('10 % less is found, and is none', () => {
    const found = verdicts({ joulesPerInvocation: 0.045 });
    expect(found.filter(({ verdict }) => verdict === 'lower').length / PAIRS).toBeGreaterThan(0.95);
    expect(found.some(({ verdict }) => verdict === 'regression')).toBe(false);
  });
});

test('the other way round, the ratio and its interval are the reciprocal', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0.03, max: 0.08, noNaN: true }),
      (seed, joulesPerInvocation) => {
        const [a, b] = [draw(seed), draw(seed + 1, { joulesPerInvocation })];
        const [there, back] = [single(a, b), single(b, a)];
        expect(there.ratio!.value * back.ratio!.value).toBeCloseTo(1, 10);
        expect(there.ratio!.ci95.low * back.ratio!.ci95.high).toBeCloseTo(1, 10);
        expect(there.p).toBeCloseTo(back.p, 12);
        expect(there.verdict === 'lower').toBe(
          back.verdict === 'higher' || back.verdict === 'regression',
        );
      },
    ),
    { numRuns: 30 },
  );
});

test('a run is no different from itself', () => {
  const run = draw(1);
  expect(single(run, run)).toMatchObject({ ratio: { value: 1 }, p: 1, verdict: 'unclear' });
  expect(compareRuns(run, [run], THRESHOLD).runs[0]!.differences).toEqual([]);
});

test('another meter widens the interval by its gain, the same one does not', () => {
  const [a, b] = [draw(1), draw(2)];
  const width = (run: Run) => {
    const { low, high } = single(a, run).ratio!.ci95;
    return Math.log(high / low);
  };
  const same = width(b);
  const other = structuredClone(b);
  other.manifest.meters[0]!.address = '10.0.0.3:10000';
  other.manifest.sensor.gain_ratio = 0.02;
  expect(width(other)).toBeGreaterThan(Math.hypot(same, 2 * 1.96 * 0.02) * 0.95);
});

test('a rise below the threshold is none, a threshold of 0 makes it one', () => {
  const steady = { repetitionScatter: 0.001 };
  const [a, b] = [draw(1, steady), draw(2, { ...steady, joulesPerInvocation: 0.0515 })];
  expect(single(a, b).verdict).toBe('higher');
  expect(compareRuns(a, [b], 0).regression).toBe(true);
});

test('more comparisons at once take more to be significant', () => {
  const [a, b] = [draw(1), draw(2, { joulesPerInvocation: 0.06 })];
  const alone = single(a, b);
  const many = compareRuns(a, [b, draw(3), draw(4)], THRESHOLD).runs[0]!.functions[0]!;
  expect(alone.p_adjusted).toBe(alone.p);
  expect(many.p_adjusted).toBeCloseTo(3 * alone.p, 12);
});

test('what cannot be told is said', () => {
  const few = draw(2, { repetitions: 3, joulesPerInvocation: 0.1 });
  const [run] = compareRuns(draw(1, { repetitions: 3 }), [few], THRESHOLD).runs;
  expect(run!.functions[0]!.verdict).toBe('unclear');
  expect(run!.warnings.map(({ code }) => code)).toEqual(['TOO_FEW_REPETITIONS']);
  const faint = compareRuns(draw(1), [draw(2, { joulesPerInvocation: 1e-6 })], THRESHOLD).runs[0]!;
  expect(faint.functions[0]).not.toHaveProperty('ratio');
  expect(faint.warnings.map(({ code }) => code)).toEqual(['NOT_DETECTABLE']);
});

describe('what differs between runs', () => {
  const differing = (change: (run: Run) => void) => {
    const [a, b] = [draw(1), draw(2)];
    change(b);
    return compareRuns(a, [b], THRESHOLD).runs[0]!.differences;
  };
  const loadOn = (node: string) => {
    const nodes = [{ node, clock_offset_seconds: 0, clock_uncertainty_seconds: 0.001 }];
    return { where: 'in-cluster', nodes, image: 'k6', gateway: 'http://gateway' } as const;
  };
  test.each<[string, boolean, (run: Run) => void]>([
    ['cpu_model', true, ({ manifest }) => (manifest.environment.cpu_model = 'Cortex-A53')],
    ['cpu_count', true, ({ manifest }) => (manifest.environment.cpu_count = 3)],
    ['cpu_governor', true, ({ manifest }) => (manifest.environment.cpu_governor = 'powersave')],
    ['target', true, ({ manifest }) => (manifest.target.name = 'local')],
    ['load from', true, ({ manifest }) => (manifest.load = loadOn('other'))],
    [
      'k6 at once',
      false,
      ({ manifest }) => (manifest.load = { ...loadOn('other'), parallelism: 2 }),
    ],
    ['node of the load', false, ({ manifest }) => (manifest.load = loadOn('other'))],
    ['load on a measured node', true, ({ manifest }) => (manifest.load = loadOn('node'))],
    ['simulated', true, ({ result }) => (result.simulated = true)],
    ['method', true, ({ result }) => (result.method = 'ratio')],
    ['rate of f, 1/s', true, ({ manifest }) => (manifest.plan.rate_per_second.f = 30)],
    ['payload of f', true, ({ manifest }) => (manifest.plan.payload_sha256 = { f: 'b' })],
    ['energy source of node', true, ({ manifest }) => (manifest.meters[0]!.source = 'rapl')],
    ['meter of node', false, ({ manifest }) => (manifest.meters[0]!.channel = 2)],
    ['kernel', false, ({ manifest }) => (manifest.environment.kernel = '6.6')],
    ['version of power-harness', false, ({ manifest }) => (manifest.versions = {})],
  ])('%s', (what, severe, change) => {
    expect(differing(change)).toContainEqual(expect.objectContaining({ what, severe }));
  });

  test('not a rate that a calibration found again, nor the groups that a twin watches', () => {
    const twin = (run: Run, group: number, ...functions: string[]) => {
      run.manifest.plan.rate_per_second.f = 20 + group / 10;
      run.manifest.meters[0] = {
        node: 'node',
        meter: 'twin',
        channel: 1,
        source: 'twin',
        address: `127.0.0.1:${group}`,
        model: ['platform', ...functions]
          .map((name, i) => `cgroup:/x/power-harness-${group}/${name},idle_watts=${i ? 0 : 2}`)
          .join('+'),
      };
    };
    const [a, b] = [draw(1), draw(2)];
    twin(a, 1, 'function-f');
    twin(b, 2, 'function-f', 'function-g');
    expect(compareRuns(a, [b], THRESHOLD).runs[0]!.differences).toEqual([]);
    b.manifest.meters[0]!.model = 'cgroup:/x,idle_watts=3';
    expect(compareRuns(a, [b], THRESHOLD).runs[0]!.differences).toMatchObject([
      { what: 'energy source of node', baseline: 'twin cgroup,idle_watts=2+cgroup,idle_watts=0' },
    ]);
  });
});
