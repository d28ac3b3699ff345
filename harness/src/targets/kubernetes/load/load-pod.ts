import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import type { ClusterNode } from '../cluster-nodes.js';
import { RUN_LABEL } from '../cluster-options.js';
import { HOSTNAME_LABEL } from '../node-pin.js';

export const LOAD_CONTAINER = 'k6';
/** The only folder its user can write to. */
export const LOAD_FOLDER = '/load';
export const LOAD_VOLUME = { name: 'load', emptyDir: {} };
export const LOAD_MOUNT = { name: LOAD_VOLUME.name, mountPath: LOAD_FOLDER };

/** Whose functions it calls: a bench in another namespace of functions is not ours to clean up. */
export const FUNCTIONS_LABEL = 'power-harness.functions';
const USER = 65532;

/** By which what drives load is found again. */
export function loadLabels(run: string, functionsNamespace: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'power-harness-load',
    'app.kubernetes.io/part-of': 'power-harness',
    [RUN_LABEL]: run,
    [FUNCTIONS_LABEL]: functionsNamespace,
  };
}

/** Where a pod runs. Named by the user, its node may be one that takes no others. */
export function onNode(node: ClusterNode) {
  return {
    nodeSelector: { [HOSTNAME_LABEL]: node.host },
    tolerations: node.takesPods ? [] : [{ operator: 'Exists', effect: 'NoSchedule' }],
  } satisfies Partial<V1PodSpec>;
}

export const AS_NOBODY = {
  runAsNonRoot: true,
  runAsUser: USER,
  runAsGroup: USER,
  fsGroup: USER,
  seccompProfile: { type: 'RuntimeDefault' },
} satisfies V1PodSpec['securityContext'];

export const WITHOUT_PRIVILEGES = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
} satisfies V1Container['securityContext'];

/** No limit of CPU: a throttled generator would not keep its rate. */
export const LOAD_RESOURCES = {
  requests: { cpu: '100m', memory: '128Mi' },
} satisfies V1Container['resources'];
