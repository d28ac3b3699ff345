import type { Warning } from '../attribution/result.js';

/** The newest layout of run.json this program reads. */
export const MANIFEST_SCHEMA = 1;

export type RunState = 'running' | 'complete' | 'invalid' | 'failed' | 'interrupted';

/** What was asked for, every default filled in. */
export interface RunPlan {
  functions: string[];
  /** How they were put under load; absent in runs of older versions, which did it in turns. */
  mode?: 'turns' | 'together' | 'cold';
  method: string;
  /** Or windows, where functions are under load at once. */
  repetitions: number;
  /** What repetition went on for, where it was not a number that was asked for. */
  precision?: { ratio: number; budget_seconds: number };
  idle_seconds: number;
  settle_seconds: number;
  warmup_seconds: number;
  load_seconds: number;
  /** Requests per second of each function, asked for or found by calibration. */
  rate_per_second: Record<string, number>;
  /** Of functions under load at once: each one's rate in every window, as multiples of its own above. */
  rate_levels?: Record<string, number[]>;
  /** Of what was sent to each function; absent in runs of older versions. */
  payload_sha256?: Record<string, string>;
  seed: number;
}

/** How a node's energy was read. */
export interface ManifestMeter {
  node: string;
  meter: string;
  channel: number;
  /** `twin` is simulated; `rapl` and `hwmon` are sensors of the node itself. */
  source: 'twin' | 'meter' | 'rapl' | 'hwmon';
  /** Of samples that came from a target's own exporters: which way they came, and so how far they are apart. */
  read_by?: 'exporter' | 'prometheus';
  /** Of a meter; of the node's own sensors, which they are. */
  address: string;
  /** The twin's model; absent for a meter. */
  model?: string;
  /** What the sources of the twin's truth stand for, such as `cpu2: function:sleep`. */
  sources?: Record<string, string>;
  /** What the meter takes its shunt to be, calibration included; absent where it does not say. */
  shunt_uohm?: number;
  /** What it takes the sensor to read at no current, in 1/256 of 40 µV. */
  offset_lsb256?: number;
  /** Whether the channel was calibrated with known loads. */
  calibrated?: boolean;
}

/** Where load came from, if not from the machine that measured. */
export interface LoadOrigin {
  where: 'in-cluster';
  /** The nodes that k6 ran on, and how each one's clock differed from ours: all times are by ours. */
  nodes: { node: string; clock_offset_seconds: number; clock_uncertainty_seconds: number }[];
  /** The container image of k6. */
  image: string;
  /** The gateway as k6 saw it. */
  gateway: string;
  /** How many k6 shared each load, where more than one did. */
  parallelism?: number;
}

/** run.json: what, where and how. */
export interface RunManifest {
  schema: number;
  run: string;
  state: RunState;
  simulated: boolean;
  started_us: number;
  ended_us?: number;
  target: { name: string; gateway: string };
  plan: RunPlan;
  /** Absent where k6 ran on the machine that measured. */
  load?: LoadOrigin;
  meters: ManifestMeter[];
  /** One standard deviation each; see SensorUncertainty. */
  sensor: { gain_ratio: number; offset_watts: number; clock_seconds: number };
  /** The node's and the load generator's machine: CPU model, cores, kernel, governor, memory ... */
  environment: Record<string, string | number | boolean>;
  /** power-harness, node, k6, faas-cli, exporter ... */
  versions: Record<string, string>;
  /** Found while running; attribution adds its own to the result. */
  warnings: Warning[];
  /** Why the run ended, where it did not end well. */
  error?: { code: string; message: string; hint?: string };
  /** sha256 of every file, by path below the run directory. */
  files: Record<string, string>;
}
