import type { InFlightStates } from './in-flight-states.js';

/**
 * Energy above idle by what was in flight. Power of computing is the sum of what is busy, to a power: with
 * b = sum of m_f * n_f (m_f watts for each request of f at a time, n_f of them), a node draws B * (b / B)^a above idle.
 * a = 1 is a node whose power is proportional to its load; a < 1 one whose first load costs most. Energy of other parts
 * of a node (disk, network) is added to that, whatever else is busy.
 */
export interface LoadRow {
  /** Above idle. */
  joules: number;
  /** 0 where that is not known. */
  weight: number;
  states: InFlightStates;
  /** What each function did, in its feature: column sums of the design where a = 1. */
  feature: readonly number[];
  /** Feature by seconds in flight. */
  intensity: readonly number[];
  busySeconds: readonly number[];
  /** What each offset is multiplied by. */
  offsets: readonly number[];
}

/** How the energy of functions that cost more than their CPU time is told from that of computing. */
export interface CpuParts {
  /** Of such a function, the cores that a request keeps busy; 0 of those that only compute. */
  cores: readonly number[];
  /** Watts of a busy core are the sum of these by the factors of the functions that only compute. */
  wattsPerCore: readonly number[];
}

export interface LoadModel {
  /**
   * Of each function, in joules by unit of its feature, at the load level B; without what its CPU time costs, where
   * that is told apart.
   */
  factors: number[];
  /** Of what no function asked for: by how much idle power is taken otherwise than idle time shows it. */
  offsets: number[];
  exponent: number;
  /** B, in watts. */
  levelWatts: number;
  cpuParts: CpuParts;
}

/** What a model says of one row. */
export interface Effect {
  /** Of each function. */
  joules: number[];
  /** Derivatives of the row's joules by the factors. */
  slopes: number[];
  /** Derivative of joules by the exponent. */
  byExponent: number;
}

/**
 * Of a power that is homogeneous in b, each function has the share that its part of b has: the Aumann-Shapley price,
 * its cost at the margin averaged over all levels of load from none to what there was (Billera, Heath, Math. Oper.
 * Res. 7, 1982). By Euler's theorem the shares sum to the whole, so a fit is least squares on shares.
 */
export function effectOf(
  { states, feature, intensity, busySeconds }: LoadRow,
  { factors, exponent, levelWatts, cpuParts: { cores, wattsPerCore } }: LoadModel,
): Effect {
  const width = factors.length;
  const watts = wattsPerCore.reduce((sum, each, f) => sum + each * factors[f]!, 0);
  const { seconds, counts } = states;
  /** What does not go by the price: in units of the feature, by function. */
  const flat = feature.map((value, f) => (cores[f]! > 0 || intensity[f] === 0 ? value : 0));
  /** What does, and CPU seconds that do. */
  const priced = feature.map(() => 0);
  const cpuSeconds = cores.map((each, f) => (seconds.length > 0 ? 0 : each * busySeconds[f]!));
  let byExponent = 0;
  for (let s = 0; s < seconds.length; s++) {
    let bent = 0;
    for (let f = 0; f < width; f++) {
      const each = cores[f]! > 0 ? watts * cores[f]! : factors[f]! * intensity[f]!;
      bent += each * counts[s * width + f]!;
    }
    const log = Math.log(Math.max(bent / levelWatts, 1e-3));
    const price = Math.exp((exponent - 1) * log) * seconds[s]!;
    byExponent += bent * price * log;
    for (let f = 0; f < width; f++) {
      const count = counts[s * width + f]!;
      if (count === 0) continue;
      if (cores[f]! > 0) cpuSeconds[f]! += price * cores[f]! * count;
      else priced[f]! += price * intensity[f]! * count;
    }
  }
  const allCpuSeconds = cpuSeconds.reduce((sum, each) => sum + each, 0);
  return {
    joules: factors.map((each, f) => each * (flat[f]! + priced[f]!) + watts * cpuSeconds[f]!),
    slopes: factors.map(
      (_, f) => flat[f]! + exponent * (priced[f]! + wattsPerCore[f]! * allCpuSeconds),
    ),
    byExponent,
  };
}

/** Joules of each function in all rows, what no function asked for left aside. */
export function joulesByFunction(rows: readonly LoadRow[], model: LoadModel): number[] {
  const totals = model.factors.map(() => 0);
  for (const row of rows) {
    effectOf(row, model).joules.forEach((joules, f) => (totals[f]! += joules));
  }
  return totals;
}

/** All that functions take is taken to go with their computing. */
export function onlyComputing(width: number): CpuParts {
  const none = new Array<number>(width).fill(0);
  return { cores: none, wattsPerCore: none };
}
