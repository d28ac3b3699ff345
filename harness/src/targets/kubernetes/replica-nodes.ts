import type { V1Pod } from '@kubernetes/client-node';
import type { Locate } from '../target.js';
import type { KubernetesApi } from './kubernetes-api.js';
import { podsOf } from './pods-of.js';

/** OpenFaaS's own label of a function's pods. */
export const FUNCTION_LABEL = 'faas_function';

/** The pods of functions and the nodes they are or were on: who is gone is not forgotten. */
export class ReplicaNodes {
  private readonly nodeOf = new Map<string, { function: string; node: string }>();

  constructor(
    private readonly api: KubernetesApi,
    private readonly namespace: string,
  ) {}

  /** Looks again. @throws KubernetesError, TargetError */
  async refresh(): Promise<V1Pod[]> {
    const pods = await podsOf(this.api, this.namespace, FUNCTION_LABEL);
    for (const { metadata, spec } of pods) {
      const name = metadata?.labels?.[FUNCTION_LABEL];
      if (!name || !metadata?.name || !spec?.nodeName) continue;
      this.nodeOf.set(metadata.name, { function: name, node: spec.nodeName });
    }
    return pods;
  }

  /** The function of a pod. */
  functionOf(pod: string): string | undefined {
    return this.nodeOf.get(pod)?.function;
  }

  /** A replica that is not known by name is where all others of its function are, if they are on one node. */
  locate(): Locate {
    const nodesOf = new Map<string, Set<string>>();
    for (const { function: name, node } of this.nodeOf.values()) {
      nodesOf.set(name, (nodesOf.get(name) ?? new Set()).add(node));
    }
    return (functionName, replica) => {
      const nodes = [...(nodesOf.get(functionName) ?? [])];
      return this.nodeOf.get(replica)?.node ?? (nodes.length === 1 ? nodes[0] : undefined);
    };
  }
}
