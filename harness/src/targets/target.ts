import type { OfferedExporters } from '../energy/offered-exporters.js';
import type { TargetError } from '../errors.js';
import type { LoadGenerator } from '../load/load-generator.js';
import type { GatewayAccess } from '../openfaas/gateway-access.js';

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
  /** When it was so, where that is known better than by when it was asked for. */
  timeUs?: number;
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
  /** Whether its nodes have exporters of their own. */
  readonly metered: boolean;
  /** Whether it drives the load itself: then this machine needs no k6. */
  readonly drivesLoad: boolean;
  /** Finds what is missing before anything is started; never throws for a finding. */
  check(): Promise<Check[]>;
  /**
   * Takes it for this run, and starts what it needs (nothing, for one that runs already).
   * @param directory - the run's; its name is the run's
   * @throws TargetError
   */
  open(directory: string, signal: AbortSignal): Promise<OpenTarget>;
}

/** Of a function that was there before, and is put back at the end. */
export const REPLACED_LABEL = 'power-harness.replaced';

/** How functions are to be deployed. */
export interface Placement {
  /** OpenFaaS constraints, such as `kubernetes.io/hostname=worker2`. */
  constraints: readonly string[];
  labels: Readonly<Record<string, string>>;
}

/** The node of a function's replica by the name that it tells; undefined where that can't be known. */
export type Locate = (functionName: string, replica: string) => string | undefined;

export interface OpenTarget {
  readonly gateway: GatewayAccess;
  /** The nodes functions can run on, and are measured on. */
  readonly nodes: string[];
  /** What opening it did that the user should know. */
  readonly notes: readonly string[];
  /** Its own exporters, where it has some. */
  readonly exporters?: OfferedExporters;
  /** Where load comes from; k6 on this machine where absent. */
  readonly load?: LoadGenerator;
  readonly placement: Placement;
  /**
   * Sees to it that a function just deployed runs, on the nodes and nowhere else.
   * @returns what had to be done beside, to be told
   * @throws TargetError saying why it does not
   */
  place(functionName: string, signal: AbortSignal): Promise<string[]>;
  /** Takes every replica of a function away; absent where its gateway does. @throws TargetError */
  scaleToZero?(functionName: string, signal: AbortSignal): Promise<void>;
  /** Where replicas are and were in this run. @throws TargetError */
  locate(): Promise<Locate>;
  /** The twin's node for where no meter is configured; absent where only a meter can tell. */
  readonly twinNode?: TwinNode;
  /** CPU time so far; empty where the target can't tell. */
  readCpu(): Promise<CpuReading[]>;
  /** Resolves with what happened if the target dies by itself, or is taken away. */
  readonly died: Promise<TargetError>;
  /** Ends what `open` started. Never throws. */
  close(): Promise<void>;
}
