import type { OfferedExporters } from '../../energy/offered-exporters.js';
import { TargetError } from '../../errors.js';
import type { CpuReading, Locate, OpenTarget, Placement } from '../target.js';
import type { BenchLease } from './bench-lease.js';
import { clusterNodes } from './cluster-nodes.js';
import { RUN_LABEL } from './cluster-options.js';
import { awaitRollout } from './function-rollout.js';
import { KubeletCpu } from './kubelet-cpu.js';
import type { KubernetesApi } from './kubernetes-api.js';
import type { KubernetesTargetOptions } from './kubernetes-target-options.js';
import type { ClusterLoad } from './load/cluster-load.js';
import type { NodePin } from './node-pin.js';
import { ReplicaNodes } from './replica-nodes.js';
import { scaleDeploymentToZero } from './scale-deployment-to-zero.js';

/** Often enough for kubelets, which look at their pods each 10 s; and asking costs the node energy. */
const LOOK_MS = 5000;

interface OpenClusterOptions extends KubernetesTargetOptions {
  api: KubernetesApi;
  lease: BenchLease;
  run: string;
  nodes: string[];
  pin: NodePin | undefined;
  notes: string[];
  offered: OfferedExporters;
  /** Not where load comes from this machine. */
  generator?: ClusterLoad;
}

/** A cluster that this run holds. */
export class OpenCluster implements OpenTarget {
  readonly gateway;
  readonly nodes;
  readonly notes;
  readonly exporters;
  readonly load?: ClusterLoad;
  readonly placement: Placement;
  readonly died: Promise<TargetError>;
  private die!: (error: TargetError) => void;
  private readonly replicas: ReplicaNodes;
  private readonly kubelets: KubeletCpu[];
  private lookedMs = -Infinity;

  constructor(private readonly options: OpenClusterOptions) {
    const { api, lease, run, nodes, pin, functionsNamespace, platformNamespace } = options;
    this.gateway = options.gateway;
    this.nodes = nodes;
    this.notes = options.notes;
    this.exporters = options.offered;
    this.placement = { constraints: pin ? [pin.constraint] : [], labels: { [RUN_LABEL]: run } };
    if (options.generator) this.load = options.generator;
    this.replicas = new ReplicaNodes(api, functionsNamespace);
    const entityOf = ({ name, namespace }: { name: string; namespace: string }) => {
      if (namespace === platformNamespace) return 'platform';
      const own = namespace === functionsNamespace && this.replicas.functionOf(name);
      return own ? `function:${own}` : undefined;
    };
    this.kubelets = nodes.map((node) => new KubeletCpu(api, node, entityOf));
    this.died = new Promise((resolve) => (this.die = resolve));
    void lease.lost.then(this.die);
  }

  async place(functionName: string, signal: AbortSignal): Promise<string[]> {
    const { api, functionsNamespace, pin, nodes } = this.options;
    const patched = (await pin?.pin(functionName)) ?? false;
    const on = await awaitRollout(api, functionsNamespace, functionName, this.replicas, signal);
    const elsewhere = on.filter((node) => !nodes.includes(node));
    if (elsewhere.length > 0) {
      throw new TargetError(
        'NODE_NOT_METERED',
        `${functionName} runs on ${elsewhere.join(', ')}, which is not measured.`,
        `Keep it on a node with --node: ${nodes.join(', ')}.`,
      );
    }
    return [
      `${functionName} runs on ${on.join(', ')}`,
      ...(patched
        ? [
            `the provider ignores constraints: the node selector of ${functionName} was changed, until the run ends`,
          ]
        : []),
    ];
  }

  scaleToZero(functionName: string, signal: AbortSignal): Promise<void> {
    const { api, functionsNamespace } = this.options;
    return scaleDeploymentToZero(api, functionsNamespace, functionName, this.replicas, signal);
  }

  async locate(): Promise<Locate> {
    await this.replicas.refresh();
    return this.replicas.locate();
  }

  async readCpu(): Promise<CpuReading[]> {
    if (performance.now() - this.lookedMs < LOOK_MS) return [];
    this.lookedMs = performance.now();
    await this.replicas.refresh();
    await this.watchNodes();
    const read = await Promise.allSettled(this.kubelets.map((kubelet) => kubelet.read()));
    return read.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  }

  async close(): Promise<void> {
    const { api, lease, pin } = this.options;
    for (const step of [() => this.load?.close(), () => pin?.undo(), () => lease.release()]) {
      await Promise.resolve(step()).catch(() => undefined);
    }
    api.close();
  }

  private async watchNodes(): Promise<void> {
    const all = await clusterNodes(this.options.api);
    for (const node of this.nodes) {
      const now = all.find(({ name }) => name === node);
      if (now?.ready) continue;
      const what = now ? `ready: ${now.reason}` : 'in the cluster.';
      const hint = `kubectl describe node ${node} shows what happened; once it is ready, run the bench again.`;
      this.die(new TargetError('NODE_LOST', `The node ${node} is no longer ${what}`, hint));
    }
  }
}
