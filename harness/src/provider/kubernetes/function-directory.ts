import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import type { Cluster } from './cluster.js';
import { FUNCTION_LABEL, ID_ANNOTATION } from './function-manifests.js';
import { PodReplica } from './pod-replica.js';
import { watched } from './watched.js';

/** The functions and their pods, as the cluster tells of them: who to send a request to, without asking anyone. */
export class FunctionDirectory {
  private readonly deployments = new Map<string, V1Deployment>();
  private readonly pods = new Map<string, Map<string, PodReplica>>();
  private readonly invocations = new Map<string, number>();
  private waiters: (() => void)[] = [];
  private stops: (() => Promise<void>)[] = [];

  /** @throws ApiError where the cluster can't be reached, or doesn't let it look */
  async open(cluster: Cluster): Promise<void> {
    const { apps, core, namespace } = cluster;
    const query = { namespace, labelSelector: FUNCTION_LABEL };
    this.stops.push(
      await watched(cluster, {
        path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
        labelSelector: FUNCTION_LABEL,
        list: () => apps.listNamespacedDeployment(query),
        onSeen: (deployment) => this.sawDeployment(deployment),
        onGone: (deployment) => this.lostDeployment(deployment),
      }),
      await watched(cluster, {
        path: `/api/v1/namespaces/${namespace}/pods`,
        labelSelector: FUNCTION_LABEL,
        list: () => core.listNamespacedPod(query),
        onSeen: (pod) => this.sawPod(pod),
        onGone: (pod) => this.lostPod(pod),
      }),
    );
  }

  /** Also for what the cluster answered to a change, so that nobody waits for the news of it. */
  sawDeployment(deployment: V1Deployment): void {
    this.deployments.set(deployment.metadata!.name!, deployment);
  }

  lostDeployment(deployment: V1Deployment): void {
    const name = deployment.metadata!.name!;
    if (this.deployments.get(name)?.metadata?.uid !== deployment.metadata!.uid) return;
    this.deployments.delete(name);
    this.invocations.delete(name);
    this.wake();
  }

  deployment(name: string): V1Deployment | undefined {
    return this.deployments.get(name);
  }

  invocationCount(name: string): number {
    return this.invocations.get(name) ?? 0;
  }

  /** Not those of a function of that name that was removed before. */
  replicasOf(name: string): PodReplica[] {
    const id = this.deployments.get(name)?.metadata?.annotations?.[ID_ANNOTATION];
    return [...(this.pods.get(name)?.values() ?? [])].filter((pod) => pod.functionId === id);
  }

  replicas(): PodReplica[] {
    return [...this.deployments.keys()].flatMap((name) => this.replicasOf(name));
  }

  /** The ready replica with the least in flight, counted as busy. */
  take(name: string): PodReplica | undefined {
    let best: PodReplica | undefined;
    for (const replica of this.replicasOf(name)) {
      if (replica.ready && (!best || replica.inFlight < best.inFlight)) best = replica;
    }
    if (!best) return undefined;
    best.inFlight++;
    best.requests++;
    this.invocations.set(name, this.invocationCount(name) + 1);
    return best;
  }

  /** Waits until a replica is ready, the function is gone, or the time is over. */
  async untilReady(name: string, limitMs: number): Promise<void> {
    const end = Date.now() + limitMs;
    while (
      this.deployments.has(name) &&
      !this.replicasOf(name).some(({ ready }) => ready) &&
      Date.now() < end
    ) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - Date.now());
        this.waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.stops.map((stop) => stop()));
  }

  sawPod(pod: V1Pod): void {
    const pods = this.podsOf(pod);
    const known = pods.get(pod.metadata!.name!);
    if (known) known.update(pod);
    else pods.set(pod.metadata!.name!, new PodReplica(pod));
    this.wake();
  }

  lostPod(pod: V1Pod): void {
    const pods = this.podsOf(pod);
    pods.delete(pod.metadata!.name!);
    if (pods.size === 0) this.pods.delete(pod.metadata!.labels![FUNCTION_LABEL]!);
    this.wake();
  }

  private podsOf(pod: V1Pod): Map<string, PodReplica> {
    const name = pod.metadata!.labels![FUNCTION_LABEL]!;
    let pods = this.pods.get(name);
    if (!pods) this.pods.set(name, (pods = new Map()));
    return pods;
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}
