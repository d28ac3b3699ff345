import type { Phase } from '../attribution/input.js';
import { callsIn, type Call } from './calls.js';
import type { Draws } from './draws.js';
import type { Scenario, Together, Turns } from './scenario.js';

const START_US = 1_795_435_200_000_000;

/** Load goes on after the window that counts, as in a bench. */
const TAIL_SECONDS = 0.4;

/** Phases in order, and the calls that came in them, by the time they start. */
export interface DrivenLoad {
  phases: Phase[];
  calls: Call[];
}

/** Carries out a plan. */
export function drive(scenario: Scenario, draws: Draws): DrivenLoad {
  const driver = new Driver(scenario, draws);
  const { plan } = scenario;
  driver.rest('idle', 0, plan.idleSeconds);
  const last = plan.kind === 'turns' ? turns(driver, plan, draws) : together(driver, plan, draws);
  driver.rest('settle', last + 1, plan.settleSeconds);
  driver.rest('idle', last + 1, plan.idleSeconds);
  const { phases, calls } = driver;
  return { phases, calls: calls.sort((a, b) => a.startUs - b.startUs) };
}

function turns(driver: Driver, plan: Turns, draws: Draws): number {
  const { functions } = driver.scenario;
  for (let repetition = 1; repetition <= plan.repetitions; repetition++) {
    for (const index of draws.shuffle(functions.map((_, i) => i))) {
      driver.rest('settle', repetition, plan.settleSeconds);
      const rates = functions.map(({ ratePerSecond }, i) => (i === index ? ratePerSecond : 0));
      driver.load([rates], repetition, plan.loadSeconds, functions[index]!.name);
    }
  }
  return plan.repetitions;
}

function together(driver: Driver, plan: Together, draws: Draws): number {
  const { blocks, windowsPerBlock, levels, sharedLevels } = plan;
  const count = blocks * windowsPerBlock;
  // Every function has every level equally often.
  const drawn = () =>
    draws.shuffle(Array.from({ length: count }, (_, i) => levels[i % levels.length]!));
  const shared = drawn();
  const isShared = shared.map(() => draws.uniform() < sharedLevels);
  const rates = driver.scenario.functions.map(({ ratePerSecond }) =>
    drawn().map((own, i) => ratePerSecond * (isShared[i] ? shared[i]! : own)),
  );
  for (let first = 0; first < count; first += windowsPerBlock) {
    driver.rest('settle', first + 1, plan.settleSeconds);
    const windows = Array.from({ length: windowsPerBlock }, (_, i) =>
      rates.map((own) => own[first + i]!),
    );
    driver.load(windows, first + 1, plan.windowSeconds);
  }
  return count;
}

class Driver implements DrivenLoad {
  readonly phases: Phase[] = [];
  readonly calls: Call[] = [];
  private nowUs = START_US;

  constructor(
    readonly scenario: Scenario,
    private readonly draws: Draws,
  ) {}

  rest(phase: 'idle' | 'settle', repetition: number, seconds: number): void {
    this.phase({ phase, repetition }, seconds);
  }

  /** Warm-up, one window after the other, and a tail; then waits for what is still in flight. */
  load(windows: number[][], firstRepetition: number, seconds: number, name?: string): void {
    const of = name === undefined ? {} : { function: name };
    windows.forEach((rates, i) => {
      const repetition = firstRepetition + i;
      const startUs = this.nowUs;
      if (i === 0) {
        this.phase({ phase: 'warmup', repetition, ...of }, this.scenario.plan.warmupSeconds);
      }
      this.phase({ phase: 'load', repetition, ...of }, seconds);
      if (i === windows.length - 1) this.nowUs += TAIL_SECONDS * 1e6;
      const factors = rates.map(() => 1 + this.scenario.windowScatter * this.draws.normal());
      const traffic = { startUs, endUs: this.nowUs, rates, factors };
      this.calls.push(...callsIn(traffic, this.scenario, this.draws));
    });
    this.nowUs = this.calls.reduce((last, { endUs }) => Math.max(last, endUs), this.nowUs);
  }

  private phase(phase: Omit<Phase, 'startUs' | 'endUs'>, seconds: number): void {
    const startUs = this.nowUs;
    this.nowUs += seconds * 1e6;
    this.phases.push({ ...phase, startUs, endUs: this.nowUs });
  }
}
