import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** Why a pod does not serve, in Kubernetes' own words; undefined where it does. */
export function whyNotReady({ metadata, status }: V1Pod): string | undefined {
  if (metadata?.deletionTimestamp) return 'is being removed';
  const conditions = status?.conditions ?? [];
  if (conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True'))
    return undefined;
  const unplaced = conditions.find(
    ({ type, status: value }) => type === 'PodScheduled' && value === 'False',
  );
  if (unplaced) return said(unplaced.reason, unplaced.message);
  if (status?.phase === 'Failed') return said(status.reason ?? 'Failed', status.message);
  const container = status?.containerStatuses?.[0];
  return container ? whyContainerWaits(container) : 'is not on a node yet';
}

function whyContainerWaits({ state, lastState }: V1ContainerStatus): string {
  const ended = state?.terminated ?? lastState?.terminated;
  const end = ended
    ? `ended with exit code ${ended.exitCode} (${ended.reason ?? 'no reason'})`
    : '';
  if (state?.waiting) return said(state.waiting.reason, end || state.waiting.message);
  if (end && !state?.running) return end;
  return `runs, but is not ready yet${end ? `; before that it ${end}` : ''}`;
}

function said(reason = 'unknown', message?: string): string {
  return message ? `${reason}: ${message.trim()}` : reason;
}
