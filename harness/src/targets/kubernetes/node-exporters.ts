import type { V1Pod, V1PodList } from '@kubernetes/client-node';
import type { ExporterEndpoint } from '../../energy/exporter-endpoint.js';
import type { ClusterOptions } from './cluster-options.js';
import type { KubernetesApi } from './kubernetes-api.js';
import { podsOf } from './pods-of.js';

const TWIN_IMAGE = /power-meter-twin/;

/** The exporters of a cluster's nodes, reached by the API server's proxy. */
export interface NodeExporters {
  byNode: ReadonlyMap<string, ExporterEndpoint>;
  /** Whether a digital twin runs beside them: then the joules are simulated. */
  simulated: boolean;
}

/** @throws KubernetesError, TargetError */
export async function findExporters(
  api: KubernetesApi,
  { namespace, selector, port }: ClusterOptions['exporters'],
): Promise<NodeExporters> {
  const exporters = await podsOf(api, namespace, selector);
  const nodes = exporters.filter(isThere).map((pod) => pod.spec!.nodeName!);
  return {
    byNode: new Map(
      nodes.map((node) => [node, podExporter(api, { namespace, selector, port }, node)]),
    ),
    simulated: await hasTwin(api, namespace),
  };
}

/** Anywhere in the cluster; where this user may not look there, in the exporters' namespace. */
async function hasTwin(api: KubernetesApi, namespace: string): Promise<boolean> {
  const anywhere = await api.call('/api/v1/pods');
  const pods =
    anywhere.status === 200
      ? (JSON.parse(anywhere.body) as V1PodList).items
      : await podsOf(api, namespace, '');
  return pods.some((pod) => pod.spec?.containers.some(({ image }) => TWIN_IMAGE.test(image ?? '')));
}

/** The exporter of a node, whichever pod that is: it is looked for anew when it does not answer. */
function podExporter(
  api: KubernetesApi,
  { namespace, selector, port }: ClusterOptions['exporters'],
  node: string,
): ExporterEndpoint {
  let name: string | undefined;
  return {
    name: `exporter on ${node}, by the API server`,
    async get(pathAndQuery, limitMs) {
      name ??= (await podsOf(api, namespace, selector)).find(
        (pod) => isThere(pod) && pod.spec?.nodeName === node,
      )?.metadata?.name;
      if (name === undefined) throw new Error(`there is no exporter on ${node} now`);
      const proxy = `/api/v1/namespaces/${namespace}/pods/${name}:${port}/proxy`;
      try {
        const answer = await api.call(`${proxy}${pathAndQuery}`, { limitMs });
        if (answer.status >= 400) name = undefined;
        return answer;
      } catch (error) {
        name = undefined;
        throw error;
      }
    },
  };
}

function isThere({ metadata, spec, status }: V1Pod): boolean {
  return (
    spec?.nodeName !== undefined && !metadata?.deletionTimestamp && status?.phase === 'Running'
  );
}
