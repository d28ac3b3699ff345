import { basename } from 'node:path';
import { TargetError } from '../../errors.js';
import type { ExporterEndpoint } from '../../energy/exporter-endpoint.js';
import type { Check, OpenTarget, Target } from '../target.js';
import { BenchLease } from './bench-lease.js';
import { clusterNodes, type ClusterNode } from './cluster-nodes.js';
import { checkCluster } from './cluster-checks.js';
import { KubernetesApi } from './kubernetes-api.js';
import type { KubernetesTargetOptions } from './kubernetes-target-options.js';
import { cleanLeftovers } from './leftovers.js';
import { ClusterLoad } from './load/cluster-load.js';
import { removeLeftJobs } from './load/load-job.js';
import { assertTestRuns, removeLeftTestRuns } from './load/test-runs.js';
import { chooseLoadNode } from './load/load-node.js';
import { findExporters, type NodeExporters } from './node-exporters.js';
import { NodePin } from './node-pin.js';
import { OpenCluster } from './open-cluster.js';
import { loadRights, missingRights, neededRights, rightText } from './rights.js';

/** OpenFaaS in a Kubernetes cluster, metered by an exporter on every node. */
export class KubernetesTarget implements Target {
  readonly onThisMachine = false;

  constructor(private readonly options: KubernetesTargetOptions) {}

  get name(): string {
    return this.options.name;
  }

  get metered(): boolean {
    return this.options.metered;
  }

  get drivesLoad(): boolean {
    return this.options.drivesLoad;
  }

  check(): Promise<Check[]> {
    return checkCluster(this.options);
  }

  async open(directory: string, signal: AbortSignal): Promise<OpenTarget> {
    const { options } = this;
    const { context, kubeconfig, functionsNamespace, gateway } = options;
    const api = KubernetesApi.load(context, kubeconfig);
    await this.assertRights(api);
    const run = runLabel(directory);
    const lease = await BenchLease.take(api, functionsNamespace, run, signal);
    try {
      const notes = [
        ...(await cleanLeftovers(gateway, functionsNamespace, signal)),
        ...(await cleanLeftLoad(api, options)),
      ];
      const found = await exportersOf(api, options);
      const all = await clusterNodes(api);
      const nodes = await this.nodesToMeasure(all, found.byNode);
      const [first] = nodes;
      const pin = options.node ? new NodePin(api, functionsNamespace, first!.host, run) : undefined;
      const { channels, prometheusUrl, simulated = found.simulated } = options;
      const offered = {
        exporters: found.byNode,
        channels,
        simulated,
        ...(prometheusUrl ? { prometheusUrl } : {}),
      };
      const names = nodes.map((node) => node.name);
      const load = options.drivesLoad
        ? await this.openLoad(api, run, all, names, signal)
        : undefined;
      if (load) notes.push(`k6 runs in the cluster, on ${load.origin.nodes[0]!.node}`);
      return new OpenCluster({
        ...{ ...options, api, lease, run, nodes: names, pin, notes, offered },
        ...(load ? { generator: load } : {}),
      });
    } catch (error) {
      await lease.release().catch(() => undefined);
      throw error;
    }
  }

  private async openLoad(
    api: KubernetesApi,
    run: string,
    all: readonly ClusterNode[],
    measured: readonly string[],
    signal: AbortSignal,
  ): Promise<ClusterLoad> {
    const { load, gateway, loadNamespace: namespace, functionsNamespace } = this.options;
    if (load.parallelism > 1) await assertTestRuns(api);
    const on = chooseLoadNode(all, measured, load.node);
    const gatewayUrl = { ours: gateway.url, inCluster: load.gatewayUrl };
    const options = { ...load, namespace, functionsNamespace, run, on, gatewayUrl };
    return ClusterLoad.open(api, options, signal);
  }

  private async assertRights(api: KubernetesApi): Promise<void> {
    const { options } = this;
    const needed = [
      ...neededRights(options, false).filter(({ lost }) => lost === undefined),
      ...(options.drivesLoad ? loadRights(options, options.load) : []),
    ];
    const missing = await missingRights(api, needed);
    if (missing.length === 0) return;
    throw new TargetError(
      'RIGHTS_MISSING',
      `This user may not ${missing.map(rightText).join(', ')}.`,
      'docs/config.md has a role with what a bench needs.',
    );
  }

  /** The node asked for; else those that are metered and ready. */
  private async nodesToMeasure(
    all: readonly ClusterNode[],
    exporters: ReadonlyMap<string, ExporterEndpoint>,
  ): Promise<ClusterNode[]> {
    const { node, channels } = this.options;
    const metered = new Set([...exporters.keys(), ...channels.keys()]);
    const nodes = node
      ? all.filter(({ name }) => name === node)
      : all.filter(({ name, ready }) => metered.has(name) && ready);
    const unready = nodes.find(({ ready }) => !ready);
    if (unready) {
      throw new TargetError('NODE_NOT_READY', `${unready.name} is not ready: ${unready.reason}.`);
    }
    if (nodes.length > 0) return nodes;
    const names = all.map(({ name }) => name).join(', ');
    throw node
      ? new TargetError('NODE_UNKNOWN', `There is no node '${node}'.`, `There are: ${names}.`)
      : new TargetError(
          'NO_NODE_METERED',
          `No node of the cluster has an exporter (${names}).`,
          'exporter/deploy puts one on every node; or name the nodes in the config file.',
        );
  }
}

/** None where they are not to be read, or may not: then Prometheus must tell. */
async function exportersOf(
  api: KubernetesApi,
  { metered, exporters }: KubernetesTargetOptions,
): Promise<NodeExporters> {
  if (!metered) return { byNode: new Map(), simulated: false };
  try {
    return await findExporters(api, exporters);
  } catch (error) {
    if (error instanceof TargetError && error.code === 'RIGHTS_MISSING')
      return { byNode: new Map(), simulated: false };
    throw error;
  }
}

/** A bench that drives load from here may have no right to look. */
async function cleanLeftLoad(
  api: KubernetesApi,
  { loadNamespace, functionsNamespace, drivesLoad }: KubernetesTargetOptions,
): Promise<string[]> {
  try {
    return [
      ...(await removeLeftTestRuns(api, loadNamespace, functionsNamespace)),
      ...(await removeLeftJobs(api, loadNamespace, functionsNamespace)),
    ];
  } catch (error) {
    if (error instanceof TargetError && error.code === 'RIGHTS_MISSING' && !drivesLoad) return [];
    throw error;
  }
}

/** A run's name as a label's value may be. */
export function runLabel(directory: string): string {
  return basename(directory)
    .slice(0, 63)
    .replace(/[^A-Za-z0-9]+$/, '');
}
