import type { V1SelfSubjectAccessReview } from '@kubernetes/client-node';
import type { KubernetesApi } from './kubernetes-api.js';
import type { ClusterOptions } from './cluster-options.js';
import type { ClusterLoadOptions } from './kubernetes-target-options.js';

/** Something a bench does in a cluster. */
export interface Right {
  verb: string;
  /** With its subresource, such as `pods/proxy`. */
  resource: string;
  group?: string;
  /** Absent for what belongs to no namespace. */
  namespace?: string;
  /** What can't be done without it, where a bench can do without. */
  lost?: string;
}

/** @param patches - whether pinning a function needs its Deployment changed */
export function neededRights(options: ClusterOptions, patches: boolean): Right[] {
  const { functionsNamespace, exporters } = options;
  const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace: functionsNamespace };
  const deployment = { group: 'apps', resource: 'deployments', namespace: functionsNamespace };
  return [
    { verb: 'list', resource: 'nodes' },
    { verb: 'list', resource: 'pods', namespace: functionsNamespace },
    ...['get', 'create', 'update', 'delete'].map((verb) => ({ ...lease, verb })),
    ...(patches ? ['get', 'patch'] : ['get']).map((verb) => ({ ...deployment, verb })),
    { verb: 'list', resource: 'pods', namespace: exporters.namespace, lost: PROMETHEUS_ONLY },
    { verb: 'get', resource: 'pods/proxy', namespace: exporters.namespace, lost: PROMETHEUS_ONLY },
    { verb: 'get', resource: 'nodes/proxy', lost: NO_CPU },
  ];
}

/** What a bench does beside where its load comes from within the cluster. */
export function loadRights(
  { loadNamespace: namespace }: Pick<ClusterOptions, 'loadNamespace'>,
  load: Pick<ClusterLoadOptions, 'parallelism' | 'prometheusUrl'>,
): Right[] {
  const job = { group: 'batch', resource: 'jobs', namespace };
  return [
    ...['get', 'list', 'create', 'delete'].map((verb) => ({ ...job, verb })),
    { verb: 'list', resource: 'pods', namespace },
    // A WebSocket begins with a GET; newer clusters ask for both.
    ...['get', 'create'].map((verb) => ({ verb, resource: 'pods/exec', namespace })),
    ...(load.parallelism > 1 ? sharedLoadRights(namespace, load.prometheusUrl !== undefined) : []),
  ];
}

/** @param live - whether k6's metrics are written while it runs: what that takes is kept in a Secret */
function sharedLoadRights(namespace: string, live: boolean): Right[] {
  const testRun = { group: 'k6.io', resource: 'testruns', namespace };
  const parts = live ? ['configmaps', 'secrets'] : ['configmaps'];
  return [
    ...['get', 'list', 'create', 'delete'].map((verb) => ({ ...testRun, verb })),
    ...parts.flatMap((resource) =>
      ['create', 'patch', 'delete'].map((verb) => ({ verb, resource, namespace })),
    ),
    { verb: 'get', resource: 'pods/log', namespace },
  ];
}

const PROMETHEUS_ONLY = 'energy comes from Prometheus only';
const NO_CPU = "a function's own part and the platform's are not told apart";

/** Which of them this user does not have. @throws KubernetesError, TargetError */
export async function missingRights(
  api: KubernetesApi,
  rights: readonly Right[],
): Promise<Right[]> {
  const allowed = await Promise.all(rights.map((right) => isAllowed(api, right)));
  return rights.filter((_, i) => !allowed[i]);
}

/** Such as `get pods/proxy in power-harness`. */
export function rightText({ verb, resource, namespace }: Right): string {
  return `${verb} ${resource}${namespace ? ` in ${namespace}` : ''}`;
}

async function isAllowed(api: KubernetesApi, right: Right): Promise<boolean> {
  const [resource, subresource] = right.resource.split('/');
  const { verb, group = '', namespace } = right;
  const review = await api.json<V1SelfSubjectAccessReview>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      method: 'POST',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb, group, resource, subresource, namespace } },
      },
    },
  );
  return review.status?.allowed === true;
}
