import type { V1Deployment } from '@kubernetes/client-node';
import type { FunctionStatus } from '../backend.js';
import { FUNCTION_LABEL, ID_ANNOTATION, ownEnvironment } from './function-manifests.js';

/** What a Deployment says of its function, read back from what really runs; the rest is the caller's. */
export function functionStatus(
  deployment: V1Deployment,
  counts: { invocationCount: number; availableReplicas: number },
): FunctionStatus {
  const { name = '', namespace = '', creationTimestamp } = deployment.metadata ?? {};
  const template = deployment.spec?.template;
  const pod = template?.spec;
  const container = pod?.containers[0];
  const { fprocess, ...envVars } = ownVariables(container?.env ?? [], name, namespace);
  const secrets = [
    ...(pod?.imagePullSecrets ?? []).map((secret) => secret.name),
    ...(pod?.volumes ?? []).flatMap(({ projected }) =>
      (projected?.sources ?? []).map(({ secret }) => secret?.name),
    ),
  ].filter((each) => each !== undefined);
  const { limits, requests } = container?.resources ?? {};
  return {
    name,
    namespace,
    image: container?.image ?? '',
    ...(fprocess === undefined ? {} : { envProcess: fprocess }),
    ...filled('envVars', envVars),
    ...filled(
      'labels',
      omit(template?.metadata?.labels, (key) => key === FUNCTION_LABEL),
    ),
    ...filled('annotations', omit(template?.metadata?.annotations, isNotGiven)),
    ...filled('limits', limits),
    ...filled('requests', requests),
    ...(secrets.length > 0 ? { secrets } : {}),
    ...(Object.keys(pod?.nodeSelector ?? {}).length > 0
      ? { constraints: Object.entries(pod!.nodeSelector!).map(([key, value]) => `${key}=${value}`) }
      : {}),
    ...(container?.securityContext?.readOnlyRootFilesystem ? { readOnlyRootFilesystem: true } : {}),
    ...counts,
    replicas: deployment.spec?.replicas ?? 0,
    createdAt: new Date(creationTimestamp ?? 0).toISOString(),
  };
}

/** Without those that every function is given. */
function ownVariables(
  env: readonly { name: string; value?: string }[],
  name: string,
  namespace: string,
): Record<string, string> {
  const given = ownEnvironment(name, namespace);
  return Object.fromEntries(
    env.flatMap(({ name: key, value }) =>
      value === undefined || given[key] === value ? [] : [[key, value]],
    ),
  );
}

/** Kubernetes', its tools' or ours. */
function isNotGiven(key: string): boolean {
  return key === ID_ANNOTATION || /(?:^|\.)kubernetes\.io\//.test(key);
}

function omit(
  record: Record<string, string> | undefined,
  unwanted: (key: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record ?? {}).filter(([key]) => !unwanted(key)));
}

function filled<Key extends string>(
  key: Key,
  record: Record<string, string> | undefined,
): Partial<Record<Key, Record<string, string>>> {
  if (!record || Object.keys(record).length === 0) return {};
  return { [key]: record } as Record<Key, Record<string, string>>;
}
