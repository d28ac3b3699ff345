import { resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { configuredMeters } from '../energy/configured-meters.js';
import type { GatewayAccess } from '../openfaas/gateway-access.js';
import { storedCredentials } from '../openfaas/stored-credentials.js';
import { GatewayTarget } from '../targets/gateway-target.js';
import type { Target } from '../targets/target.js';
import { pinnedVersion } from '../tools/program.js';
import type { ConfiguredTarget } from './config-file.js';

/** What flags ask of a target, beside what its own entry says. */
export interface AskedOfTarget {
  /** The node to measure. */
  node: string | undefined;
  /** The user's own meters. */
  metersFile: string | undefined;
  load: { inCluster: boolean; node: string | undefined; parallelism: number };
}

/**
 * A target that runs already: a gateway alone, or one in a cluster.
 * @throws UsageError
 */
export async function runningTarget(
  name: string,
  configured: ConfiguredTarget,
  { node, metersFile, load }: AskedOfTarget,
): Promise<Target> {
  const gateway = await gatewayAccess(configured.gateway);
  const metered = metersFile ? (await configuredMeters(metersFile)).map((each) => each.node) : [];
  const nodes = [...new Set(metered)];
  if (metersFile && node && !nodes.includes(node)) {
    throw new UsageError(
      'NODE_UNKNOWN',
      `No meter feeds the node '${node}'.`,
      `There are: ${nodes.join(', ')}.`,
    );
  }
  if (configured.context === undefined) {
    return new GatewayTarget(name, gateway, node ?? nodes[0] ?? 'node');
  }
  // Loaded here only: Kubernetes' client takes its time.
  const { KubernetesTarget } = await import('../targets/kubernetes/kubernetes-target.js');
  const { DEFAULT_CLUSTER_OPTIONS: usual } =
    await import('../targets/kubernetes/cluster-options.js');
  const { context, kubeconfig, prometheus, simulated, namespaces = {} } = configured;
  const { image, prometheus: loadPrometheus, starter_image: starterImage } = configured.load ?? {};
  const platformNamespace = namespaces.platform ?? usual.platformNamespace;
  const channels: [string, string[] | undefined][] = metersFile
    ? nodes.map((each) => [each, undefined])
    : Object.entries(configured.nodes ?? {});
  return new KubernetesTarget({
    name,
    gateway,
    context,
    metered: metersFile === undefined,
    channels: new Map(channels.map(([each, own]) => [each, own ?? []])),
    functionsNamespace: namespaces.functions ?? usual.functionsNamespace,
    platformNamespace,
    loadNamespace: namespaces.load ?? usual.loadNamespace,
    drivesLoad: load.inCluster,
    load: {
      image: image ?? `grafana/k6:${pinnedVersion('k6').replace(/^v/, '')}`,
      gatewayUrl: configured.load?.gateway ?? `http://gateway.${platformNamespace}.svc:8080`,
      parallelism: load.parallelism,
      ...(starterImage === undefined ? {} : { starterImage }),
      ...(load.node === undefined ? {} : { node: load.node }),
      ...(loadPrometheus === undefined ? {} : { prometheusUrl: loadPrometheus }),
    },
    exporters: {
      ...usual.exporters,
      namespace: namespaces.exporters ?? usual.exporters.namespace,
    },
    ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(kubeconfig) }),
    ...(node === undefined ? {} : { node }),
    ...(prometheus === undefined ? {} : { prometheusUrl: prometheus }),
    ...(simulated === undefined ? {} : { simulated }),
  });
}

/** Credentials from the environment, else those that faas-cli stored. */
async function gatewayAccess(url: string): Promise<GatewayAccess> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError(
      'GATEWAY_URL',
      `'${url}' is no http address.`,
      'Such as http://127.0.0.1:8080',
    );
  }
  const { OPENFAAS_USERNAME: username = 'admin', OPENFAAS_PASSWORD: password } = process.env;
  const login = password ? { username, password } : await storedCredentials(url);
  return { url: url.replace(/\/+$/, ''), ...login };
}
