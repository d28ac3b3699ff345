import { randomBytes } from 'node:crypto';
import { type V1Job, type V1JobList, type V1Pod, type V1PodList } from '@kubernetes/client-node';
import { LoadError } from '../../../errors.js';
import { sleep, until } from '../../../processes/sleep.js';
import { RUN_LABEL } from '../cluster-options.js';
import { type ClusterNode } from '../cluster-nodes.js';
import { type KubernetesApi } from '../kubernetes-api.js';
import { HOSTNAME_LABEL } from '../node-pin.js';
import { type PodHints, podTrouble } from '../pod-trouble.js';

export const LOAD_CONTAINER = 'k6';
/** The only folder its user can write to. */
export const LOAD_FOLDER = '/load';

/** So long may a bench take at most; and so long waits the pod of one that was killed, where no other bench removes it. */
const DEADLINE_SECONDS = 24 * 3600;
const FINISHED_SECONDS = 300;
const START_LIMIT_SECONDS = 90;
const END_LIMIT_SECONDS = 30;
const POLL_SECONDS = 0.5;

/** Whose functions it calls: a bench in another namespace of functions is not ours to clean up. */
export const FUNCTIONS_LABEL = 'power-harness.functions';
const JOB_LABEL = 'batch.kubernetes.io/job-name';

const HINTS: PodHints = {
  image:
    'Push the image where the node can pull it, load it into the node (kind load docker-image), or name another: load.image of the target.',
  memory: 'Lower the rate, or name a node with more memory with --load-node.',
  ended: 'Its image must have sh: load.image of the target names another.',
  config: 'kubectl describe pod tells more.',
  room: 'Free the node, or name another with --load-node.',
};

export interface LoadJobOptions {
  namespace: string;
  functionsNamespace: string;
  run: string;
  image: string;
  node: ClusterNode;
}

/** A pod that waits for k6 to be run in it, one for a whole bench: measured nodes see no pods come and go. */
export class LoadJob {
  private constructor(
    private readonly api: KubernetesApi,
    private readonly namespace: string,
    readonly name: string,
    /** Its pod's. */
    readonly pod: string,
  ) {}

  /** @throws LoadError (`LOAD_NOT_READY`) in Kubernetes' own words, KubernetesError, TargetError */
  static async start(
    api: KubernetesApi,
    options: LoadJobOptions,
    signal: AbortSignal,
  ): Promise<LoadJob> {
    const { namespace } = options;
    const name = `power-harness-load-${randomBytes(4).toString('hex')}`;
    await api.json(jobsPath(namespace), { method: 'POST', body: manifest(name, options) });
    try {
      const pod = await awaitPod(api, namespace, name, signal);
      return new LoadJob(api, namespace, name, pod);
    } catch (error) {
      await removeJob(api, namespace, name).catch(() => undefined);
      throw error;
    }
  }

  /** Why its pod runs no more; undefined while it does. @throws KubernetesError, TargetError */
  async fate(): Promise<string | undefined> {
    const pods = await podsOf(this.api, this.namespace, this.name);
    const pod = pods.find(({ metadata }) => metadata?.name === this.pod);
    if (!pod) return 'it is gone: somebody deleted it, or its node went away';
    const { reason, message, phase, containerStatuses } = pod.status ?? {};
    if (reason) return `${reason}${message ? `: ${message}` : ''}`;
    if (pod.metadata?.deletionTimestamp) return 'it is being deleted, and not by this bench';
    if (phase === 'Running') return undefined;
    const ended = containerStatuses?.[0]?.state?.terminated;
    return `its container ended (${ended?.reason ?? phase}, exit code ${ended?.exitCode ?? 'unknown'})`;
  }

  /** Removes it and waits until its pod is gone. @throws KubernetesError, TargetError */
  async remove(): Promise<void> {
    await removeJob(this.api, this.namespace, this.name);
  }
}

/**
 * Removes what killed benches left; nobody else is at it, for the lease is ours.
 * @returns what was found, to be told
 * @throws KubernetesError, TargetError
 */
export async function removeLeftJobs(
  api: KubernetesApi,
  namespace: string,
  functionsNamespace: string,
): Promise<string[]> {
  const notes: string[] = [];
  const selector = encodeURIComponent(RUN_LABEL);
  const path = `${jobsPath(namespace)}?labelSelector=${selector}`;
  for (const { metadata } of (await api.json<V1JobList>(path)).items) {
    const { [RUN_LABEL]: run, [FUNCTIONS_LABEL]: functions } = metadata?.labels ?? {};
    if (functions !== functionsNamespace || !metadata?.name) continue;
    await removeJob(api, namespace, metadata.name);
    notes.push(`removed k6's pod, which the run ${run} had left when it was killed`);
  }
  return notes;
}

/** By which what drives load is found again. */
export function loadLabels(run: string, functionsNamespace: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'power-harness-load',
    'app.kubernetes.io/part-of': 'power-harness',
    [RUN_LABEL]: run,
    [FUNCTIONS_LABEL]: functionsNamespace,
  };
}

function jobsPath(namespace: string, name = ''): string {
  return `/apis/batch/v1/namespaces/${namespace}/jobs${name && `/${name}`}`;
}

async function podsOf(api: KubernetesApi, namespace: string, job: string): Promise<V1Pod[]> {
  const selector = encodeURIComponent(`${JOB_LABEL}=${job}`);
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`;
  return (await api.json<V1PodList>(path)).items;
}

async function awaitPod(
  api: KubernetesApi,
  namespace: string,
  job: string,
  signal: AbortSignal,
): Promise<string> {
  for (const startMs = performance.now(); ;) {
    const [pod] = await podsOf(api, namespace, job);
    const isReady = pod?.status?.containerStatuses?.every(({ ready }) => ready);
    if (pod && isReady && pod.status?.phase === 'Running') return pod.metadata!.name!;
    const trouble = pod && podTrouble(pod, HINTS);
    const seconds = (performance.now() - startMs) / 1000;
    const isOver = pod?.status?.phase === 'Failed';
    if (isOver || seconds >= (trouble?.patienceSeconds ?? START_LIMIT_SECONDS)) {
      const { reason, hint } = trouble ?? {
        reason: pod ? `not within ${START_LIMIT_SECONDS} s` : 'the cluster makes none',
        hint: `kubectl -n ${namespace} describe job ${job} tells more, while it is tried.`,
      };
      throw new LoadError('LOAD_NOT_READY', `k6's pod does not get ready: ${reason}.`, hint);
    }
    await sleep(POLL_SECONDS * 1000, signal);
  }
}

/** In the foreground: it is gone when its pod is. */
async function removeJob(api: KubernetesApi, namespace: string, name: string): Promise<void> {
  const path = jobsPath(namespace, name);
  if (!(await api.find<V1Job>(path))) return;
  await api.json(path, { method: 'DELETE', body: { propagationPolicy: 'Foreground' } });
  const { signal } = new AbortController();
  const gone = async () => (await api.find<V1Job>(path)) === undefined || undefined;
  await until(gone, END_LIMIT_SECONDS, POLL_SECONDS, signal);
}

function manifest(
  name: string,
  { namespace, functionsNamespace, run, image, node }: LoadJobOptions,
): V1Job {
  const labels = loadLabels(run, functionsNamespace);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      ttlSecondsAfterFinished: FINISHED_SECONDS,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 5,
          automountServiceAccountToken: false,
          // Variables of a Service called k6 would configure it.
          enableServiceLinks: false,
          nodeSelector: { [HOSTNAME_LABEL]: node.host },
          // Named by the user, it may be one that takes no others.
          tolerations: node.takesPods ? [] : [{ operator: 'Exists', effect: 'NoSchedule' }],
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            fsGroup: 65532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: LOAD_CONTAINER,
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['sh', '-c', "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"],
              env: [{ name: 'HOME', value: LOAD_FOLDER }],
              // No limit of CPU: a throttled generator would not keep its rate.
              resources: { requests: { cpu: '100m', memory: '128Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [{ name: 'load', mountPath: LOAD_FOLDER }],
            },
          ],
          volumes: [{ name: 'load', emptyDir: {} }],
        },
      },
    },
  };
}
