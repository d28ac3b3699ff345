import type { V1ConfigMap, V1EnvVar, V1Secret, V1Toleration } from '@kubernetes/client-node';
import { UsageError } from '../../../errors.js';
import { K6_ENVIRONMENT } from '../../../load/follow-k6.js';
import { REQUESTS_FILE, type LiveOutput } from '../../../load/k6-options.js';
import { CONFIG_FILE, K6_SCRIPT, type K6Config, SCRIPT_FILE } from '../../../load/k6-script.js';
import type { ClusterNode } from '../cluster-nodes.js';
import { K6_HOLDER } from './k6-holder.js';
import {
  AS_NOBODY,
  LOAD_FOLDER,
  LOAD_MOUNT,
  LOAD_RESOURCES,
  LOAD_VOLUME,
  onNode,
  WITHOUT_PRIVILEGES,
} from './load-pod.js';

/** Kubernetes' own limit of what is in a ConfigMap, keys included. */
const CONFIG_MAP_BYTES = 1024 * 1024;
const HOLDER_FOLDER = '/power-harness';
const HOLDER_KEY = 'k6';
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A load that runners of k6-operator share. */
export interface SharedLoad {
  /** Of the TestRun and of what belongs to it; runners are NAME-1, NAME-2 ... */
  name: string;
  namespace: string;
  labels: Record<string, string>;
  runners: number;
  /** With k6 and a shell. */
  image: string;
  /** With curl and a shell; the operator's own where absent. */
  starterImage?: string;
  /** All pods run on it: runners on one node share its clock. */
  node: ClusterNode;
  /** As pods see it, but for its `payload_file`s: they are keys of `payloads`. */
  config: K6Config;
  payloads: ReadonlyMap<string, Buffer>;
  live?: LiveOutput;
}

/** A pod as k6-operator takes it (k6.io/v1alpha1), as far as we need it. */
interface TestRunPod {
  disabled?: boolean;
  image?: string;
  imagePullPolicy: string;
  nodeSelector: Record<string, string>;
  tolerations: V1Toleration[];
  automountServiceAccountToken: string;
  securityContext: object;
  containerSecurityContext: object;
  env?: V1EnvVar[];
  envFrom?: object[];
  resources?: object;
  volumes?: object[];
  volumeMounts?: object[];
  readinessProbe?: object;
  livenessProbe?: object;
}

/** k6-operator's custom resource, as far as we need it. */
export interface TestRun {
  apiVersion: 'k6.io/v1alpha1';
  kind: 'TestRun';
  metadata: { name: string; namespace: string; labels: Record<string, string>; uid?: string };
  spec: {
    parallelism: number;
    script: { configMap: { name: string; file: string } };
    arguments: string;
    quiet: string;
    cleanup: 'post';
    initializer: TestRunPod;
    starter: TestRunPod;
    runner: TestRunPod;
  };
  status?: { stage?: string };
}

/** @throws UsageError (`PAYLOADS_TOO_LARGE`) where they don't fit into a ConfigMap */
export function configMapOf(load: SharedLoad): V1ConfigMap {
  const { name, namespace, labels, config, payloads } = load;
  const keys = new Map([...payloads.keys()].map((file, index) => [file, `payload${index + 1}`]));
  const calls = Object.entries(config.calls).map(([scenario, call]) => {
    const key = call.payload_file === null ? undefined : keys.get(call.payload_file);
    return [scenario, { ...call, payload_file: key === undefined ? null : `./${key}` }] as const;
  });
  const data = {
    [SCRIPT_FILE]: K6_SCRIPT,
    [CONFIG_FILE]: JSON.stringify({ ...config, calls: Object.fromEntries(calls) }),
    [HOLDER_KEY]: K6_HOLDER,
  };
  const sizes = [
    ...Object.entries(data).map(([key, text]) => Buffer.byteLength(key + text)),
    ...[...payloads].map(([file, bytes]) => keys.get(file)!.length + bytes.length),
  ];
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > CONFIG_MAP_BYTES) {
    throw new UsageError(
      'PAYLOADS_TOO_LARGE',
      `Script and payloads have ${bytes} bytes together; a ConfigMap, from which several k6 read them, takes ${CONFIG_MAP_BYTES}.`,
      'Send smaller payloads, or let one k6 drive the load (without --load-parallelism).',
    );
  }
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels },
    data,
    binaryData: Object.fromEntries(
      [...payloads].map(([file, content]) => [keys.get(file)!, content.toString('base64')]),
    ),
  };
}

/** What configures the live output, credentials among it; undefined where there is none. */
export function secretOf({ name, namespace, labels, live }: SharedLoad): V1Secret | undefined {
  if (!live) return undefined;
  const metadata = { name, namespace, labels };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: live.environment };
}

export function testRunOf(load: SharedLoad): TestRun {
  const { name, namespace, labels, runners, image, starterImage, node, live } = load;
  const pod: TestRunPod = {
    imagePullPolicy: 'IfNotPresent',
    ...onNode(node),
    automountServiceAccountToken: 'false',
    securityContext: AS_NOBODY,
    containerSecurityContext: WITHOUT_PRIVILEGES,
  };
  const env = { ...K6_ENVIRONMENT, PATH: `${HOLDER_FOLDER}:${USUAL_PATH}`, HOME: LOAD_FOLDER };
  const status = { httpGet: { path: '/v1/status', port: 6565 } };
  return {
    apiVersion: 'k6.io/v1alpha1',
    kind: 'TestRun',
    metadata: { name, namespace, labels },
    spec: {
      parallelism: runners,
      script: { configMap: { name, file: SCRIPT_FILE } },
      arguments: argumentsOf(load),
      // Progress is read from what k6 prints.
      quiet: 'false',
      cleanup: 'post',
      // It would check the script, which is known to be right, at each repetition.
      initializer: { ...pod, disabled: true },
      starter: { ...pod, ...(starterImage === undefined ? {} : { image: starterImage }) },
      runner: {
        ...pod,
        image,
        env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
        ...(live ? { envFrom: [{ secretRef: { name } }] } : {}),
        resources: LOAD_RESOURCES,
        volumes: [
          LOAD_VOLUME,
          {
            name: 'holder',
            configMap: { name, items: [{ key: HOLDER_KEY, path: HOLDER_KEY, mode: 0o555 }] },
          },
        ],
        volumeMounts: [LOAD_MOUNT, { name: 'holder', mountPath: HOLDER_FOLDER, readOnly: true }],
        // The operator waits for it; each 10 s, as is usual, would be a long wait before each load.
        readinessProbe: { ...status, periodSeconds: 1 },
        // The usual one would end a pod whose k6 has ended and whose files are yet to be fetched.
        livenessProbe: { ...status, initialDelaySeconds: 24 * 3600 },
      },
    },
  };
}

/** The operator splits them at blanks. */
function argumentsOf({ live }: SharedLoad): string {
  const tags = Object.entries(live?.tags ?? {}).flatMap(([key, value]) => [
    '--tag',
    `${key}=${value}`,
  ]);
  return [
    '--no-color',
    '--out',
    `csv=${REQUESTS_FILE}`,
    ...(live ? ['--out', live.name] : []),
    ...tags,
  ].join(' ');
}
