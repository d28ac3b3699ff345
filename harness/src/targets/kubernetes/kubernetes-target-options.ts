import type { GatewayAccess } from '../../openfaas/gateway-access.js';
import type { ClusterOptions } from './cluster-options.js';

/** A k6 in the cluster. */
export interface ClusterLoadOptions {
  /** With k6, a shell and the usual small programs of one. */
  image: string;
  /** How many k6 share the load; more than one are runners of k6-operator. */
  parallelism: number;
  /** With curl and a shell: what the operator starts them with, if not its own. */
  starterImage?: string;
  /** The gateway as pods see it. */
  gatewayUrl: string;
  /** The node it runs on; without one it is chosen. */
  node?: string;
  /** A Prometheus that takes remote writes, as pods see it. */
  prometheusUrl?: string;
}

export interface KubernetesTargetOptions extends ClusterOptions {
  name: string;
  gateway: GatewayAccess;
  /** Functions are kept on it; without one they run where they are scheduled. */
  node?: string;
  /** Channels of nodes, as `meter/channel`, where not all that an exporter says count. */
  channels: ReadonlyMap<string, readonly string[]>;
  prometheusUrl?: string;
  /** Whether what is metered is a twin; without it that is found out. */
  simulated?: boolean;
  /** Whether load comes from within the cluster. */
  drivesLoad: boolean;
  /** How, then; `target check` tells of it in any case. */
  load: ClusterLoadOptions;
  /** Whether its exporters are read; not where the user has a meters file. */
  metered: boolean;
}
