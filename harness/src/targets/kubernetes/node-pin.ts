import type { V1Deployment } from '@kubernetes/client-node';
import { RUN_LABEL } from './cluster-options.js';
import { deploymentPath } from './function-rollout.js';
import type { KubernetesApi } from './kubernetes-api.js';

export const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/**
 * Keeps functions on a node. Constraints do, where the provider honours them; where it ignores them (OpenFaaS CE), the
 * Deployment's node selector is changed, and changed back.
 */
export class NodePin {
  private readonly patched = new Set<string>();

  /** @param host - the node's label `kubernetes.io/hostname` */
  constructor(
    private readonly api: KubernetesApi,
    private readonly namespace: string,
    private readonly host: string,
    private readonly run: string,
  ) {}

  get constraint(): string {
    return `${HOSTNAME_LABEL}=${this.host}`;
  }

  /** @returns whether the Deployment had to be changed. @throws KubernetesError, TargetError */
  async pin(name: string): Promise<boolean> {
    const path = deploymentPath(this.namespace, name);
    const deployment = await this.api.json<V1Deployment>(path);
    if (deployment.spec?.template.spec?.nodeSelector?.[HOSTNAME_LABEL] === this.host) return false;
    await this.api.json(path, { method: 'PATCH', body: patch(this.run, this.host) });
    this.patched.add(name);
    return true;
  }

  /** Changes back what is still there as this run left it. */
  async undo(): Promise<void> {
    for (const name of this.patched) {
      const path = deploymentPath(this.namespace, name);
      const deployment = await this.api.find<V1Deployment>(path);
      if (deployment?.metadata?.annotations?.[RUN_LABEL] !== this.run) continue;
      await this.api.json(path, { method: 'PATCH', body: patch(null, null) });
    }
    this.patched.clear();
  }
}

/** A JSON merge patch (RFC 7396): null takes the entry away. */
function patch(run: string | null, host: string | null): object {
  return {
    metadata: { annotations: { [RUN_LABEL]: run } },
    spec: { template: { spec: { nodeSelector: { [HOSTNAME_LABEL]: host } } } },
  };
}
