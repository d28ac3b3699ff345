/** What a class of generated runs has in common: the truths that attribution is to find, and what hides them. */
export interface Scenario {
  name: string;
  nodes: LabNode[];
  functions: LabFunction[];
  plan: Plan;
  /** Open loop: at a constant interval, at random, or at random in bursts. */
  arrivals: 'steady' | 'poisson' | 'bursty';
  meter: LabMeter;
  /** Shortest and longest time between two readings of an entity's CPU time, drawn for each entity apart. */
  cpuEverySeconds: [number, number];
  /** Whether the load generator tells what each invocation moved. */
  bytesKnown: boolean;
  /** Relative standard deviation of a function's energy from one load window to the next. */
  windowScatter: number;
  /** Whether to refuse is right: it is where nothing in the data tells the functions apart. */
  refusal: 'right' | 'wrong' | 'either';
}

export interface LabNode {
  name: string;
  cores: number;
  idleWatts: number;
  /** Above idle, with all cores busy. */
  dynamicWatts: number;
  /** Dynamic power is proportional to (busy cores)^exponent: 1 linear, below concave, above convex. */
  exponent: number;
  /** Standard deviation and correlation time of power that nobody asked for. */
  noise: { watts: number; correlationSeconds: number };
  /** What idle power comes to in the end by warming up, and how slowly. */
  drift: { watts: number; timeConstantSeconds: number };
  /** A task that comes and goes, by exponentially distributed times; CPU accounting sees it as `other`. */
  background?: { cores: number; onSeconds: number; offSeconds: number };
  /** CPU time that provider and watchdog spend on an invocation. */
  platformCpuSeconds: number;
  shuntOhms: number;
}

export interface LabFunction {
  name: string;
  /** Mean wall time of an invocation. */
  seconds: number;
  /** Relative standard deviation of its wall time. */
  spread: number;
  /** What it keeps busy while in flight: 1 where it computes, less where it waits. */
  cores: number;
  /** Its power per busy core, relative to the node's: what its instructions are. */
  mix: number;
  /** What an invocation costs besides CPU (disk, network), on average. */
  ioJoules: number;
  ratePerSecond: number;
  /** Instead of arrivals of its own: each invocation of that function is followed by one of this. */
  follows?: string;
}

interface Timing {
  idleSeconds: number;
  settleSeconds: number;
  warmupSeconds: number;
}

/** One function at a time, as `bench` does. */
export interface Turns extends Timing {
  kind: 'turns';
  repetitions: number;
  loadSeconds: number;
}

/** All at once: in each window every function has a rate level of its own. */
export interface Together extends Timing {
  kind: 'together';
  blocks: number;
  windowsPerBlock: number;
  windowSeconds: number;
  /** Of a function's rate. */
  levels: number[];
  /** How often all functions share one level in a window. */
  sharedLevels: number;
}

export type Plan = Turns | Together;

/** An INA3221 with a calibrated shunt, and how its datagrams come in. */
export interface LabMeter {
  intervalSeconds: number;
  /** Share of datagrams that never arrive. */
  lossRatio: number;
  gapsPerMinute: number;
  /** The meter's clock is anywhere within plus or minus this. */
  clockSeconds: number;
  /** The same of its rate, in parts per million. */
  clockPpm: number;
}
