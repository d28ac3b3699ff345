import type {
  V1Deployment,
  V1EnvVar,
  V1Service,
  V1Volume,
  V1VolumeMount,
} from '@kubernetes/client-node';
import { ApiError, type FunctionDeployment } from '../backend.js';
import { readinessOf } from '../readiness.js';
import { nodeSelectorOf } from './node-selector.js';
import { resourcesOf } from './resources.js';

/** OpenFaaS's own label; its value is the function's name. */
export const FUNCTION_LABEL = 'faas_function';
/** Tells a function from one of the same name that was removed before, whose pods may still be there. */
export const ID_ANNOTATION = 'power-harness.function-id';
export const SECRETS_FOLDER = '/var/openfaas/secrets';
export const PORT = 8080;
/** A pod may have to be placed, and its image to be fetched. */
export const READY_SECONDS = 60;

/** As faas-netes has it: an image may name its user, which Kubernetes can't tell from root. */
const USER_ID = 12_000;
/** Until every caller knows that a pod is to end. */
const LEAVE_SECONDS = 2;

export interface ManifestOptions {
  namespace: string;
  imagePullPolicy: string;
  /** How long a request may take: a pod that is to end may finish it. */
  upstreamTimeoutMs: number;
  /** Whether the cluster knows the hook `sleep`. */
  hasSleepHook: boolean;
}

export interface FunctionIdentity {
  id: string;
  replicas: number;
  /** A new time makes new pods. */
  deployedAt: string;
  /** Those of its secrets that are credentials for a registry. */
  pullSecrets: ReadonlySet<string>;
}

/** @throws ApiError 400 for what can't be honoured */
export function deploymentManifest(
  deployment: FunctionDeployment,
  identity: FunctionIdentity,
  options: ManifestOptions,
): V1Deployment {
  const { service, image, secrets = [], readOnlyRootFilesystem = false } = deployment;
  requireServiceName(service);
  const own = { [FUNCTION_LABEL]: service };
  const annotations = {
    ...deployment.annotations,
    'kubectl.kubernetes.io/restartedAt': identity.deployedAt,
    [ID_ANNOTATION]: identity.id,
  };
  const { path, seconds } = readinessOf(deployment, READY_SECONDS);
  const probe = { httpGet: { path, port: PORT }, timeoutSeconds: 1 };
  const sources = secrets
    .filter((name) => !identity.pullSecrets.has(name))
    .map((name) => ({ secret: { name } }));
  const volumes: { volume: V1Volume; mount: Omit<V1VolumeMount, 'name'> }[] = [
    ...(sources.length > 0
      ? [
          {
            volume: { name: 'secrets', projected: { sources } },
            mount: { mountPath: SECRETS_FOLDER, readOnly: true },
          },
        ]
      : []),
    ...(readOnlyRootFilesystem
      ? [{ volume: { name: 'temporary', emptyDir: {} }, mount: { mountPath: '/tmp' } }]
      : []),
  ];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: service, namespace: options.namespace, labels: own, annotations },
    spec: {
      replicas: identity.replicas,
      revisionHistoryLimit: 2,
      selector: { matchLabels: own },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: { ...deployment.labels, ...own }, annotations },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          nodeSelector: nodeSelectorOf(deployment.constraints ?? []),
          imagePullSecrets: [...identity.pullSecrets].map((name) => ({ name })),
          terminationGracePeriodSeconds:
            Math.ceil(options.upstreamTimeoutMs / 1000) + LEAVE_SECONDS,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER_ID,
            runAsGroup: USER_ID,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          volumes: volumes.map(({ volume }) => volume),
          containers: [
            {
              name: service,
              image,
              imagePullPolicy: options.imagePullPolicy,
              env: environmentOf(deployment, options.namespace),
              ports: [{ name: 'http', containerPort: PORT, protocol: 'TCP' }],
              resources: resourcesOf(deployment),
              startupProbe: { ...probe, periodSeconds: 1, failureThreshold: Math.ceil(seconds) },
              readinessProbe: { ...probe, periodSeconds: 10, failureThreshold: 3 },
              ...(options.hasSleepHook
                ? { lifecycle: { preStop: { sleep: { seconds: LEAVE_SECONDS } } } }
                : {}),
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: volumes.map(({ volume: { name }, mount }) => ({ name, ...mount })),
            },
          ],
        },
      },
    },
  };
}

/** For callers within the cluster; requests to the provider go to pods directly. */
export function serviceManifest(name: string, namespace: string): V1Service {
  const labels = { [FUNCTION_LABEL]: name };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels },
    spec: {
      type: 'ClusterIP',
      selector: labels,
      ports: [{ name: 'http', port: PORT, targetPort: PORT, protocol: 'TCP' }],
    },
  };
}

/** What every function is given; its own variables come over them. */
export function ownEnvironment(name: string, namespace: string): Record<string, string> {
  return {
    PORT: String(PORT),
    HOST: '0.0.0.0',
    OPENFAAS_NAME: name,
    OPENFAAS_NAMESPACE: namespace,
    secret_mount_path: SECRETS_FOLDER,
  };
}

function environmentOf(
  { service, envVars = {}, envProcess }: FunctionDeployment,
  namespace: string,
): V1EnvVar[] {
  const values = {
    ...ownEnvironment(service, namespace),
    ...envVars,
    ...(envProcess ? { fprocess: envProcess } : {}),
  };
  return [
    { name: 'REPLICA_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ...Object.entries(values)
      .filter(([name]) => name !== 'REPLICA_NAME')
      .map(([name, value]) => ({ name, value })),
  ];
}

/** It names a Service. */
function requireServiceName(name: string): void {
  if (/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return;
  throw new ApiError(
    400,
    `'${name}' can't be a function's name in Kubernetes: up to 63 small letters, digits and '-', a letter first`,
  );
}
