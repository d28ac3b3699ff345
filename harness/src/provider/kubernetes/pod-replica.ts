import type { V1Pod } from '@kubernetes/client-node';
import type { Endpoint, ReplicaStatus } from '../backend.js';
import { FUNCTION_LABEL, ID_ANNOTATION, PORT } from './function-manifests.js';
import { whyNotReady } from './pod-reason.js';

/** A pod that serves a function, as last heard of. */
export class PodReplica implements Endpoint {
  inFlight = 0;
  requests = 0;
  ready = false;
  origin = '';

  constructor(private pod: V1Pod) {
    this.update(pod);
  }

  update(pod: V1Pod): void {
    this.pod = pod;
    const address = pod.status?.podIP ?? '';
    this.origin = `http://${address.includes(':') ? `[${address}]` : address}:${PORT}`;
    this.ready = address !== '' && this.reason === undefined;
  }

  get name(): string {
    return this.pod.metadata?.name ?? '';
  }

  get functionId(): string | undefined {
    return this.pod.metadata?.annotations?.[ID_ANNOTATION];
  }

  get reason(): string | undefined {
    return whyNotReady(this.pod);
  }

  release(): void {
    this.inFlight--;
  }

  status(): ReplicaStatus {
    const { reason } = this;
    const node = this.pod.spec?.nodeName;
    return {
      function: this.pod.metadata?.labels?.[FUNCTION_LABEL] ?? '',
      instance: this.name,
      ready: this.ready,
      ...(reason === undefined ? {} : { reason }),
      requests: this.requests,
      restarts: this.pod.status?.containerStatuses?.[0]?.restartCount ?? 0,
      ...(node === undefined ? {} : { node }),
    };
  }
}
