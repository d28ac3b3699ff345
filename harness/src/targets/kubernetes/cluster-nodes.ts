import type { V1Node, V1NodeList } from '@kubernetes/client-node';
import type { KubernetesApi } from './kubernetes-api.js';
import { HOSTNAME_LABEL } from './node-pin.js';

export interface ClusterNode {
  name: string;
  /** Its label `kubernetes.io/hostname`, which need not be its name. */
  host: string;
  ready: boolean;
  /** Whether pods that tolerate nothing are scheduled to it. */
  takesPods: boolean;
  /** Why not. */
  reason: string;
}

/** @throws KubernetesError, TargetError */
export async function clusterNodes(api: KubernetesApi): Promise<ClusterNode[]> {
  return (await api.json<V1NodeList>('/api/v1/nodes')).items.map(describe);
}

function describe({ metadata, spec, status }: V1Node): ClusterNode {
  const name = metadata?.name ?? '';
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  return {
    name,
    host: metadata?.labels?.[HOSTNAME_LABEL] ?? name,
    ready: condition?.status === 'True',
    takesPods:
      !spec?.unschedulable && !spec?.taints?.some(({ effect }) => effect !== 'PreferNoSchedule'),
    reason: condition?.message ?? 'it says nothing of itself',
  };
}
