import { randomBytes } from 'node:crypto';
import type { V1Job, V1JobList, V1Pod } from '@kubernetes/client-node';
import { LoadError } from '../../../errors.js';
import { sleep } from '../../../processes/sleep.js';
import type { ClusterNode } from '../cluster-nodes.js';
import type { KubernetesApi } from '../kubernetes-api.js';
import { type PodHints, podTrouble } from '../pod-trouble.js';
import { podsOf } from '../pods-of.js';
import { MADE_BY_RUNS, removeInForeground, removeLeftLoad } from './left-load.js';
import {
  AS_NOBODY,
  LOAD_CONTAINER,
  LOAD_FOLDER,
  loadLabels,
  LOAD_MOUNT,
  LOAD_RESOURCES,
  LOAD_VOLUME,
  onNode,
  WITHOUT_PRIVILEGES,
} from './load-pod.js';

/** So long may a bench take at most; and so long waits the pod of one that was killed, where no other bench removes it. */
const DEADLINE_SECONDS = 24 * 3600;
const FINISHED_SECONDS = 300;
const START_LIMIT_SECONDS = 90;
const POLL_SECONDS = 0.5;

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
      await removeInForeground(api, jobsPath(namespace, name)).catch(() => undefined);
      throw error;
    }
  }

  /** Why its pod runs no more; undefined while it does. @throws KubernetesError, TargetError */
  async fate(): Promise<string | undefined> {
    const pods = await podsOfJob(this.api, this.namespace, this.name);
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
    await removeInForeground(this.api, jobsPath(this.namespace, this.name));
  }
}

/** Removes the Jobs that killed benches left. @returns what was found, to be told @throws KubernetesError, TargetError */
export async function removeLeftJobs(
  api: KubernetesApi,
  namespace: string,
  functionsNamespace: string,
): Promise<string[]> {
  const { items } = await api.json<V1JobList>(`${jobsPath(namespace)}${MADE_BY_RUNS}`);
  const pathOf = (name: string) => jobsPath(namespace, name);
  return removeLeftLoad(api, items, functionsNamespace, pathOf, () => "k6's pod");
}

function jobsPath(namespace: string, name = ''): string {
  return `/apis/batch/v1/namespaces/${namespace}/jobs${name && `/${name}`}`;
}

function podsOfJob(api: KubernetesApi, namespace: string, job: string): Promise<V1Pod[]> {
  return podsOf(api, namespace, `${JOB_LABEL}=${job}`);
}

async function awaitPod(
  api: KubernetesApi,
  namespace: string,
  job: string,
  signal: AbortSignal,
): Promise<string> {
  for (const startMs = performance.now(); ;) {
    const [pod] = await podsOfJob(api, namespace, job);
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
          ...onNode(node),
          securityContext: AS_NOBODY,
          containers: [
            {
              name: LOAD_CONTAINER,
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['sh', '-c', "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"],
              env: [{ name: 'HOME', value: LOAD_FOLDER }],
              resources: LOAD_RESOURCES,
              securityContext: WITHOUT_PRIVILEGES,
              volumeMounts: [LOAD_MOUNT],
            },
          ],
          volumes: [LOAD_VOLUME],
        },
      },
    },
  };
}
