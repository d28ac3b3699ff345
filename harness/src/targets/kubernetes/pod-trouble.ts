import type { V1Pod } from '@kubernetes/client-node';

/** Why a pod does not get ready. */
export interface PodTrouble {
  /** In Kubernetes' own words. */
  reason: string;
  hint: string;
  /** How long it may yet go away by itself. */
  patienceSeconds: number;
}

/** Pulls are tried again, and so is a container that ended. */
const TRIED_AGAIN_SECONDS = 90;
/** Pods that are being replaced have 30 s to end, and hold their room until then. */
const UNSCHEDULABLE_SECONDS = 40;

const IMAGE_REASONS = ['ImagePullBackOff', 'ErrImagePull', 'ErrImageNeverPull', 'InvalidImageName'];
/** Kubernetes tries a pull again, and tells of it as ErrImagePull first. */
const FINAL_IMAGE_REASONS = IMAGE_REASONS.filter((reason) => reason !== 'ErrImagePull');

/** What to do about each kind of trouble. */
export interface PodHints {
  image: string;
  memory: string;
  ended: string;
  config: string;
  room: string;
}

const OF_FUNCTIONS: PodHints = {
  image:
    'Push the image where the nodes can pull it, or load it into them (kind load docker-image).',
  memory: 'Raise limits.memory in the stack file.',
  ended: 'faas-cli logs shows what it said.',
  config: 'Check its secrets.',
  room: 'Lower requests and limits in the stack file, free the node, or name another --node.',
};

/** Undefined where nothing is known to be wrong. */
export function podTrouble(
  { spec, status }: V1Pod,
  hints: PodHints = OF_FUNCTIONS,
): PodTrouble | undefined {
  for (const { state, lastState, image } of status?.containerStatuses ?? []) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    if (IMAGE_REASONS.includes(reason)) {
      return {
        reason: `its image ${image} can't be had (${reason}${message && `: ${message}`})`,
        hint: hints.image,
        patienceSeconds: FINAL_IMAGE_REASONS.includes(reason) ? 0 : TRIED_AGAIN_SECONDS,
      };
    }
    const ended = lastState?.terminated ?? state?.terminated;
    if (ended) {
      return {
        reason: `its container ended (${ended.reason ?? 'no reason'}, exit code ${ended.exitCode})`,
        hint: ended.reason === 'OOMKilled' ? hints.memory : hints.ended,
        patienceSeconds: reason === 'CrashLoopBackOff' ? 0 : TRIED_AGAIN_SECONDS,
      };
    }
    if (reason === 'CreateContainerConfigError' || reason === 'CreateContainerError') {
      return { reason: `${reason}: ${message}`, hint: hints.config, patienceSeconds: 0 };
    }
  }
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || spec?.nodeName) return undefined;
  return {
    reason: `it can't be scheduled: ${scheduled.message ?? scheduled.reason}`,
    hint: hints.room,
    patienceSeconds: UNSCHEDULABLE_SECONDS,
  };
}
