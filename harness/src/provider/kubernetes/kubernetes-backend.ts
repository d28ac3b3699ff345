import { randomUUID } from 'node:crypto';
import type { V1Deployment } from '@kubernetes/client-node';
import {
  ApiError,
  type Backend,
  type Endpoint,
  type FunctionDeployment,
  type FunctionStatus,
  type LogLine,
  type LogQuery,
  type ReplicaStatus,
} from '../backend.js';
import { readinessOf } from '../readiness.js';
import { scaleLimits } from '../scale-limits.js';
import { answered, found } from './api-answer.js';
import { connectCluster, minorVersion, type Cluster } from './cluster.js';
import { FunctionDirectory } from './function-directory.js';
import {
  deploymentManifest,
  FUNCTION_LABEL,
  ID_ANNOTATION,
  READY_SECONDS,
  serviceManifest,
  type ManifestOptions,
} from './function-manifests.js';
import { functionStatus } from './function-status.js';
import { KubernetesSecrets } from './kubernetes-secrets.js';
import { podLogs } from './pod-logs.js';

/** By default; a `com.openfaas.scale.max` goes up to it. */
const MOST_REPLICAS = 100;
/** The first minor version of Kubernetes 1 where the hook `sleep` is on. */
const SLEEP_HOOK_MINOR = 30;

export type KubernetesOptions = Omit<ManifestOptions, 'hasSleepHook'>;

/** Functions as Deployments of a cluster; requests go to their pods directly. */
export class KubernetesBackend implements Backend {
  readonly orchestration = 'kubernetes';
  readonly namespace: string;
  readonly secrets: KubernetesSecrets;
  private readonly directory = new FunctionDirectory();
  private readonly coldStarts = new Map<string, Promise<void>>();

  private constructor(
    private readonly cluster: Cluster,
    private readonly options: ManifestOptions,
  ) {
    this.namespace = cluster.namespace;
    this.secrets = new KubernetesSecrets(cluster);
  }

  /** @throws ApiError where the cluster can't be reached, or lacks the rights */
  static async open(options: KubernetesOptions): Promise<KubernetesBackend> {
    const cluster = connectCluster(options.namespace);
    const hasSleepHook = (await minorVersion(cluster)) >= SLEEP_HOOK_MINOR;
    const backend = new KubernetesBackend(cluster, { ...options, hasSleepHook });
    try {
      await backend.directory.open(cluster);
      return backend;
    } catch (error) {
      await backend.close();
      throw error;
    }
  }

  async list(): Promise<FunctionStatus[]> {
    const { apps, namespace } = this.cluster;
    const query = { namespace, labelSelector: FUNCTION_LABEL };
    const { items } = await answered(apps.listNamespacedDeployment(query));
    return items.map((deployment) => this.statusOf(deployment));
  }

  async describe(name: string): Promise<FunctionStatus | undefined> {
    const deployment = await this.find(name);
    return deployment && this.statusOf(deployment);
  }

  async create(deployment: FunctionDeployment): Promise<void> {
    const { apps, namespace } = this.cluster;
    const { service } = deployment;
    const replicas = scaleLimits(deployment, MOST_REPLICAS).min;
    const body = await this.manifest(deployment, randomUUID(), replicas);
    this.directory.sawDeployment(
      await answered(apps.createNamespacedDeployment({ namespace, body })),
    );
    await this.ensureService(service);
  }

  async update(deployment: FunctionDeployment): Promise<void> {
    const { apps, namespace } = this.cluster;
    const name = deployment.service;
    const { metadata, spec } = await this.require(name);
    const { min, max } = scaleLimits(deployment, MOST_REPLICAS);
    const replicas = Math.min(max, Math.max(min, spec?.replicas ?? 0));
    const id = metadata?.annotations?.[ID_ANNOTATION] ?? randomUUID();
    const body = await this.manifest(deployment, id, replicas);
    this.directory.sawDeployment(
      await answered(apps.replaceNamespacedDeployment({ name, namespace, body })),
    );
    await this.ensureService(name);
  }

  async remove(name: string): Promise<void> {
    const { apps, core, namespace } = this.cluster;
    const deployment = await this.require(name);
    await found(core.deleteNamespacedService({ name, namespace }));
    await found(
      apps.deleteNamespacedDeployment({ name, namespace, propagationPolicy: 'Background' }),
    );
    this.directory.lostDeployment(deployment);
  }

  async scale(name: string, replicas: number): Promise<void> {
    const { apps, namespace } = this.cluster;
    const deployment = await this.require(name);
    const { max } = scaleLimits(this.statusOf(deployment), MOST_REPLICAS);
    const wanted = Math.min(Math.max(0, replicas), max);
    const body = { metadata: { name, namespace }, spec: { replicas: wanted } };
    await answered(apps.replaceNamespacedDeploymentScale({ name, namespace, body }));
    this.directory.sawDeployment({
      ...deployment,
      spec: { ...deployment.spec!, replicas: wanted },
    });
  }

  acquire(name: string): Endpoint | Promise<Endpoint> {
    return this.directory.take(name) ?? this.acquireLater(name);
  }

  replicas(): Promise<ReplicaStatus[]> {
    return Promise.resolve(this.directory.replicas().map((replica) => replica.status()));
  }

  async *logs(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine> {
    await this.require(query.name);
    yield* podLogs(this.cluster, query, () => this.directory.replicasOf(query.name), signal);
  }

  /** Functions live on without the provider. */
  async close(): Promise<void> {
    await this.directory.close();
  }

  /** Where none is ready: scales from zero, or says why. */
  private async acquireLater(name: string): Promise<Endpoint> {
    const deployment = this.directory.deployment(name) ?? (await this.require(name));
    let coldStart = this.coldStarts.get(name);
    if (!coldStart && !deployment.spec?.replicas) {
      coldStart = this.coldStart(name, deployment).finally(() => this.coldStarts.delete(name));
      this.coldStarts.set(name, coldStart);
    }
    await coldStart;
    const replica = this.directory.take(name);
    if (replica) return replica;
    throw new ApiError(503, `No endpoints available for: ${name}.${this.reasonsOf(name)}`);
  }

  private async coldStart(name: string, deployment: V1Deployment): Promise<void> {
    const status = this.statusOf(deployment);
    const { seconds } = readinessOf({ service: name, ...status }, READY_SECONDS);
    await this.scale(name, Math.max(1, scaleLimits(status, MOST_REPLICAS).min));
    await this.directory.untilReady(name, seconds * 1000);
  }

  private reasonsOf(name: string): string {
    const conditions = this.directory.deployment(name)?.status?.conditions ?? [];
    const failure = conditions.find(
      ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
    );
    const reasons = this.directory
      .replicasOf(name)
      .flatMap(({ name: pod, reason }) => (reason === undefined ? [] : [`Pod ${pod}: ${reason}.`]));
    return [...(failure?.message ? [`${failure.message}.`] : []), ...reasons]
      .map((reason) => ` ${reason}`)
      .join('');
  }

  private async manifest(
    deployment: FunctionDeployment,
    id: string,
    replicas: number,
  ): Promise<V1Deployment> {
    const pullSecrets = await this.secrets.pullSecretsOf(deployment.secrets ?? []);
    const identity = { id, replicas, deployedAt: new Date().toISOString(), pullSecrets };
    return deploymentManifest(deployment, identity, this.options);
  }

  private async ensureService(name: string): Promise<void> {
    const { core, namespace } = this.cluster;
    if (await found(core.readNamespacedService({ name, namespace }))) return;
    const body = serviceManifest(name, namespace);
    await answered(core.createNamespacedService({ namespace, body }));
  }

  private statusOf(deployment: V1Deployment): FunctionStatus {
    const name = deployment.metadata!.name!;
    return functionStatus(deployment, {
      invocationCount: this.directory.invocationCount(name),
      availableReplicas: this.directory.replicasOf(name).filter(({ ready }) => ready).length,
    });
  }

  private async find(name: string): Promise<V1Deployment | undefined> {
    const { apps, namespace } = this.cluster;
    const deployment = await found(apps.readNamespacedDeployment({ name, namespace }));
    if (deployment?.metadata?.labels?.[FUNCTION_LABEL] !== name) return undefined;
    this.directory.sawDeployment(deployment);
    return deployment;
  }

  private async require(name: string): Promise<V1Deployment> {
    const deployment = await this.find(name);
    if (!deployment) throw new ApiError(404, `there is no function ${name}`);
    return deployment;
  }
}
