/** What attribution takes: plain arrays in columns. Times are Unix microseconds (exact in a double). */

/** One node's cumulative energy, meter resets already joined. */
export interface NodeSamples {
  node: string;
  /** Strictly increasing. */
  timeUs: Float64Array;
  energyJoules: Float64Array;
  /** Cumulative time the meter did not integrate. */
  gapUs?: Float64Array;
  /** Cumulative count of samples at the sensor's full scale. */
  overrangeSamples?: Float64Array;
}

/** Requests in columns; `functionIndex[i]` and `nodeIndex[i]` point into `functions` and `nodes`. */
export interface Invocations {
  functions: string[];
  /** Empty text: of a node that nobody knows. */
  nodes: string[];
  functionIndex: Uint16Array;
  nodeIndex: Uint16Array;
  startUs: Float64Array;
  endUs: Float64Array;
  /** HTTP status; 0 = no answer. 2xx succeeded. */
  status: Uint16Array;
  /** Bytes moved, in and out, where known. */
  bytes?: Float64Array;
}

/** Of cold starts: `cold` holds a first request to a function without a replica, `warm` is rest with one. */
export const PHASES = ['idle', 'settle', 'warmup', 'load', 'cold', 'warm'] as const;
export type PhaseName = (typeof PHASES)[number];

/** Idle has repetition 0 before the first and n + 1 after the last. */
export interface Phase {
  phase: PhaseName;
  repetition: number;
  startUs: number;
  endUs: number;
  /** The function under load; absent for idle (but of cold starts) and in folders of other origin. */
  function?: string;
}

/** One entity's cumulative CPU time on a node. `platform` is what serves requests for all functions. */
export interface EntityCpu {
  node: string;
  /** `function:NAME`, `platform`, or `other` (`background`): work that nobody asked for. */
  entity: string;
  timeUs: Float64Array;
  cpuSeconds: Float64Array;
}

/**
 * What the meter can be wrong by, one standard deviation each; repetition does not shrink it.
 * Defaults are a calibrated INA3221's: TI SBOS576C section 6.5, typical gain error 0.1 % for each of
 * shunt and bus, combined.
 */
export interface SensorUncertainty {
  /** Of energy, relative: gain of shunt and bus, and the shunt's tolerance where not calibrated. */
  gainRatio: number;
  /** Of power: the shunt offset times the supply; cancels where idle is subtracted. */
  offsetWatts: number;
  /** Of the time between meter and invocations. */
  clockSeconds: number;
}

export interface AttributionInput {
  samples: NodeSamples[];
  invocations: Invocations;
  phases: Phase[];
  cpu: EntityCpu[];
  sensor: SensorUncertainty;
}
