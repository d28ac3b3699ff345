import { type GatewayAccess } from '../openfaas/gateway-access.js';

/** One finding of a preflight. */
export interface Check {
  name: string;
  ok: boolean;
  /** What was found. */
  detail: string;
  /** What to do where it is not ok. */
  hint?: string;
}

/** Cumulative CPU time of what serves on a node. */
export interface CpuReading {
  node: string;
  /** `function:NAME` or `platform`. */
  entity: string;
  cpuSeconds: number;
}

/** A node as its twin sees it. */
export interface TwinNode {
  /** Such as `cgroup:/sys/fs/cgroup/x,idle_watts=2,watts_per_core=3`. */
  model: string;
  /** With every core busy: the shunt must carry it. */
  fullWatts: number;
  /** What the sources of its truth stand for, such as `cpu2: function:sleep`; absent where it can't tell them apart. */
  sources?: Record<string, string>;
}

/** Where functions run. Nothing outside this room asks which target it is. */
export interface Target {
  readonly name: string;
  /** Whether functions run on this machine, whose own sensors then meter them, and the load generator too. */
  readonly onThisMachine: boolean;
  /** Finds what is missing before anything is started; never throws for a finding. */
  check(): Promise<Check[]>;
  /** Starts what it needs (nothing, for one that runs already). @throws TargetError */
  open(directory: string, signal: AbortSignal): Promise<OpenTarget>;
}

export interface OpenTarget {
  readonly gateway: GatewayAccess;
  /** The nodes functions can run on. */
  readonly nodes: string[];
  /** The twin's node for where no meter is configured; absent where only a meter can tell. */
  readonly twinNode?: TwinNode;
  /** CPU time so far; empty where the target can't tell. */
  readCpu(): Promise<CpuReading[]>;
  /** Resolves with what happened if the target dies by itself. */
  readonly died: Promise<string>;
  /** Ends what `open` started. Never throws. */
  close(): Promise<void>;
}
