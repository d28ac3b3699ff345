import type { LabFunction, LabMeter, LabNode, Scenario, Together, Turns } from './scenario.js';

/** A small board: four cores, 2 W idle, 5 W with all of them busy. */
const BOARD: LabNode = {
  name: 'board',
  cores: 4,
  idleWatts: 2,
  dynamicWatts: 3,
  exponent: 1,
  noise: { watts: 0.01, correlationSeconds: 0.5 },
  drift: { watts: 0, timeConstantSeconds: 60 },
  platformCpuSeconds: 0.0005,
  shuntOhms: 0.1,
};

const DRIFTING = { watts: 0.1, timeConstantSeconds: 60 };
const BACKGROUND = { cores: 0.5, onSeconds: 2, offSeconds: 10 };

const METER: LabMeter = {
  intervalSeconds: 0.1,
  lossRatio: 0,
  gapsPerMinute: 0,
  clockSeconds: 0,
  clockPpm: 0,
};

const compute = (
  name: string,
  seconds: number,
  ratePerSecond: number,
  more: Partial<LabFunction> = {},
): LabFunction => ({
  ...{ name, seconds, ratePerSecond, spread: 0.3, cores: 1, mix: 1, ioJoules: 0 },
  ...more,
});

const RESIZE = compute('resize', 0.02, 25);
const SHORT = compute('short', 0.002, 200);
const LONG = compute('long', 5, 0.2, { spread: 0.1 });
const STORE = compute('store', 0.08, 4, { cores: 0.15, ioJoules: 0.04 });
const FOUR = [
  compute('parse', 0.005, 40, { mix: 0.9 }),
  compute('encode', 0.03, 9, { mix: 1.2 }),
  compute('train', 0.25, 1.2),
  STORE,
];
const EIGHT = [
  ...FOUR,
  SHORT,
  compute('sort', 0.012, 15),
  compute('render', 0.6, 0.4, { mix: 1.1 }),
  compute('fetch', 0.15, 3, { cores: 0.1, ioJoules: 0.03 }),
];

const PLAN_ALONE: Turns = {
  kind: 'turns',
  repetitions: 6,
  loadSeconds: 8,
  idleSeconds: 10,
  settleSeconds: 1.5,
  warmupSeconds: 2,
};

const ALONE: Omit<Scenario, 'name'> = {
  nodes: [BOARD],
  functions: [RESIZE],
  plan: PLAN_ALONE,
  arrivals: 'steady',
  meter: METER,
  cpuEverySeconds: [0.5, 0.5],
  bytesKnown: true,
  windowScatter: 0.01,
  refusal: 'wrong',
};

const PLAN_TOGETHER: Together = {
  kind: 'together',
  blocks: 5,
  windowsPerBlock: 12,
  windowSeconds: 2.5,
  levels: [0.2, 0.6, 1, 1.4, 1.8],
  sharedLevels: 0,
  idleSeconds: 10,
  settleSeconds: 3,
  warmupSeconds: 2,
};

const TOGETHER: Omit<Scenario, 'name'> = {
  ...ALONE,
  functions: FOUR,
  plan: PLAN_TOGETHER,
  arrivals: 'poisson',
};

const board = (more: Partial<LabNode>): LabNode[] => [{ ...BOARD, ...more }];
const alone = (name: string, more: Partial<Scenario> = {}): Scenario => ({
  ...ALONE,
  name: `one-${name}`,
  ...more,
});
const together = (name: string, more: Partial<Scenario> = {}): Scenario => ({
  ...TOGETHER,
  name,
  ...more,
});
const sharing = (sharedLevels: number): Together => ({ ...PLAN_TOGETHER, sharedLevels });

/** Every class of runs that accuracy is stated for. */
export const SCENARIOS: readonly Scenario[] = [
  alone('alone'),
  alone('at-1-hz', { meter: { ...METER, intervalSeconds: 1 } }),
  alone('poisson', { arrivals: 'poisson' }),
  alone('bursty', { arrivals: 'bursty' }),
  alone('short', { functions: [SHORT] }),
  alone('long', {
    functions: [{ ...LONG, ratePerSecond: 0.4 }],
    plan: { ...PLAN_ALONE, loadSeconds: 20, warmupSeconds: 10 },
  }),
  alone('io-bound', { functions: [{ ...STORE, ratePerSecond: 8 }] }),
  alone('nearly-free', { functions: [compute('ping', 0.002, 5, { cores: 0.05 })] }),
  alone('concave', { nodes: board({ exponent: 0.8 }) }),
  alone('convex', { nodes: board({ exponent: 1.25 }) }),
  alone('drift', { nodes: board({ drift: DRIFTING }) }),
  alone('background', { nodes: board({ background: BACKGROUND }) }),
  alone('clock', { meter: { ...METER, clockSeconds: 0.2, clockPpm: 50 } }),
  alone('lossy', { meter: { ...METER, lossRatio: 0.1, gapsPerMinute: 1 } }),
  alone('two-nodes', {
    nodes: [BOARD, { ...BOARD, name: 'other-board', idleWatts: 3, dynamicWatts: 5 }],
    functions: [{ ...RESIZE, ratePerSecond: 50 }],
  }),
  alone('after-the-other', { functions: FOUR }),
  together('two-together', { functions: FOUR.slice(0, 2) }),
  together('four-together'),
  together('four-at-1-hz', { meter: { ...METER, intervalSeconds: 1 } }),
  together('four-bursty', { arrivals: 'bursty' }),
  together('four-concave', { nodes: board({ exponent: 0.8 }) }),
  together('four-convex', { nodes: board({ exponent: 1.25 }) }),
  together('four-drift', { nodes: board({ drift: DRIFTING }) }),
  together('four-background', { nodes: board({ background: BACKGROUND }) }),
  together('four-clock', { meter: { ...METER, clockSeconds: 0.2, clockPpm: 50 } }),
  together('four-lossy', { meter: { ...METER, lossRatio: 0.1, gapsPerMinute: 1 } }),
  together('four-cadvisor', { cpuEverySeconds: [10, 15] }),
  together('four-without-bytes', { bytesKnown: false }),
  together('four-two-nodes', {
    nodes: [BOARD, { ...BOARD, name: 'other-board', idleWatts: 3, dynamicWatts: 5 }],
  }),
  together('four-long-and-short', { functions: [SHORT, FOUR[1]!, FOUR[3]!, LONG] }),
  together('eight-together', { functions: EIGHT }),
  together('four-half-correlated', { plan: sharing(0.5), refusal: 'either' }),
  together('four-in-step', { plan: sharing(1), refusal: 'either' }),
  together('two-chained', {
    functions: [
      { ...FOUR[1]!, spread: 0 },
      compute('after', 0.03, 0, { spread: 0, follows: 'encode' }),
    ],
    refusal: 'right',
  }),
];

/** @throws RangeError where there is none of that name */
export function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((each) => each.name === name);
  if (!found) {
    const names = SCENARIOS.map((each) => each.name).join(', ');
    throw new RangeError(`There is no class '${name}'; there are ${names}.`);
  }
  return found;
}
