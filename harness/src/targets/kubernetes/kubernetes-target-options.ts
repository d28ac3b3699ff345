import { type GatewayAccess } from '../../openfaas/gateway-access.js';
import { type ClusterOptions } from './cluster-options.js';

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
  /** Whether its exporters are read; not where the user has a meters file. */
  metered: boolean;
}
