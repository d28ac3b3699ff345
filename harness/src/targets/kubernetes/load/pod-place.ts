import type { ClockOffset } from '../../../energy/clock-offset.js';
import type { K6Event } from '../../../load/k6-output.js';
import type { K6Config } from '../../../load/k6-script.js';

/** What is different where a pod is. */
export interface PodPlace {
  /** That it may write to. */
  folder: string;
  /** The gateway as this machine sees it, and as the pod does. */
  gatewayUrl: { ours: string; inCluster: string };
  /** Its clock less ours. */
  clockOffset: ClockOffset;
}

/** With the gateway as pods see it. */
export function asPodsSee(config: K6Config, { gatewayUrl }: PodPlace): K6Config {
  const { ours, inCluster } = gatewayUrl;
  const calls = Object.entries(config.calls).map(([scenario, call]) => {
    const url = call.url.startsWith(ours) ? inCluster + call.url.slice(ours.length) : call.url;
    return [scenario, { ...call, url }] as const;
  });
  return { ...config, calls: Object.fromEntries(calls) };
}

/** What brings times of there to ours. */
export function microsecondsToOurs({ clockOffset }: PodPlace): number {
  return -Math.round(clockOffset.seconds * 1e6);
}

export function byOurClock(event: K6Event, place: PodPlace): K6Event {
  if (event.kind !== 'start') return event;
  return { ...event, startUs: event.startUs + microsecondsToOurs(place) };
}
