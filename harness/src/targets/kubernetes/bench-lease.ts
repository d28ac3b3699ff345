import { hostname, userInfo } from 'node:os';
import type { V1Lease } from '@kubernetes/client-node';
import { TargetError } from '../../errors.js';
import { sleep } from '../../processes/sleep.js';
import { RUN_LABEL } from './cluster-options.js';
import { KubernetesError, type KubernetesApi } from './kubernetes-api.js';

const NAME = 'power-harness-bench';
const RENEW_SECONDS = 10;
/** So many renewals may fail before it runs out. */
const RENEWALS = 3;
const LOST_HINT =
  'What was measured since may be of two benches: run it again when the target is free.';

/** Who holds the lease now, by its own account. */
export interface LeaseHolder {
  holder: string;
  since: string;
  /** Whether it was renewed in time, by our clock. */
  live: boolean;
}

/** One bench at a time in a cluster: a Lease that is renewed while it is held, and runs out when its holder is killed. */
export class BenchLease {
  /** Resolves with what happened when the lease is lost. */
  readonly lost: Promise<TargetError>;
  private timer: NodeJS.Timeout | undefined;
  private renewing: Promise<void> = Promise.resolve();
  private closed = false;
  private renewedMs = performance.now();

  private constructor(
    private readonly api: KubernetesApi,
    private readonly namespace: string,
    private lease: V1Lease,
    private readonly renewSeconds: number,
  ) {
    let lose: (what: string) => void;
    this.lost = new Promise((resolve) => {
      lose = (what) => resolve(new TargetError('LEASE_LOST', what, LOST_HINT));
    });
    this.schedule((what) => lose(what));
  }

  /**
   * Takes it. One that ran out is taken over when it is not renewed for a while: clocks may differ.
   * @param renewSeconds - it runs out after three times as long
   * @throws TargetError (`TARGET_BUSY`) naming who holds it
   */
  static async take(
    api: KubernetesApi,
    namespace: string,
    run: string,
    signal: AbortSignal,
    renewSeconds = RENEW_SECONDS,
  ): Promise<BenchLease> {
    const held = await api.find<V1Lease>(pathOf(namespace, NAME));
    const spec = specOf(run, renewSeconds * RENEWALS);
    if (!held) {
      return new BenchLease(api, namespace, await create(api, namespace, spec, run), renewSeconds);
    }
    const { live } = describe(held);
    if (live) throw busy(held);
    // Renewed in this time, it has another version, and what follows is refused.
    await sleep(renewSeconds * 1200, signal);
    const taken = { ...held, spec, metadata: { ...held.metadata, labels: { [RUN_LABEL]: run } } };
    return new BenchLease(api, namespace, await put(api, namespace, taken), renewSeconds);
  }

  /** Undefined where nobody holds it. @throws KubernetesError, TargetError */
  static async holder(api: KubernetesApi, namespace: string): Promise<LeaseHolder | undefined> {
    const lease = await api.find<V1Lease>(pathOf(namespace, NAME));
    return lease?.spec?.holderIdentity ? describe(lease) : undefined;
  }

  async release(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.renewing;
    const { uid, resourceVersion } = this.lease.metadata ?? {};
    await this.api.json(pathOf(this.namespace, NAME), {
      method: 'DELETE',
      body: { preconditions: { uid, resourceVersion } },
    });
  }

  private schedule(lose: (what: string) => void): void {
    this.timer = setTimeout(() => {
      this.renewing = this.renew(lose).finally(() => {
        if (!this.closed) this.schedule(lose);
      });
    }, this.renewSeconds * 1000);
  }

  private async renew(lose: (what: string) => void): Promise<void> {
    const spec = { ...this.lease.spec, renewTime: now() } as unknown as V1Lease['spec'];
    try {
      this.lease = await put(this.api, this.namespace, { ...this.lease, spec } as V1Lease);
      this.renewedMs = performance.now();
    } catch (error) {
      const taken = error instanceof TargetError && error.code === 'TARGET_BUSY';
      if (taken && (await this.isStillOurs())) return;
      const { message } = error as Error;
      if (taken) lose(`Another bench took the target over: ${message}`);
      const limitSeconds = this.renewSeconds * RENEWALS;
      if (performance.now() - this.renewedMs > limitSeconds * 1000)
        lose(`The lease on the target could not be renewed for ${limitSeconds} s: ${message}`);
    }
  }

  /** An answer to a renewal that got lost leaves us with an old version. */
  private async isStillOurs(): Promise<boolean> {
    const now = await this.api.find<V1Lease>(pathOf(this.namespace, NAME)).catch(() => undefined);
    if (now?.spec?.holderIdentity !== this.lease.spec?.holderIdentity) return false;
    this.lease = now!;
    return true;
  }
}

function pathOf(namespace: string, name = ''): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases${name && `/${name}`}`;
}

/** In MicroTime, as the API has it. */
function now(): string {
  return new Date().toISOString().replace('Z', '000Z');
}

function specOf(run: string, leaseDurationSeconds: number) {
  return {
    holderIdentity: `${userInfo().username}@${hostname()}, process ${process.pid}, run ${run}`,
    leaseDurationSeconds,
    acquireTime: now(),
    renewTime: now(),
  } as unknown as NonNullable<V1Lease['spec']>;
}

async function create(
  api: KubernetesApi,
  namespace: string,
  spec: V1Lease['spec'],
  run: string,
): Promise<V1Lease> {
  const metadata = { name: NAME, namespace, labels: { [RUN_LABEL]: run } };
  const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
  try {
    return await api.json<V1Lease>(pathOf(namespace), { method: 'POST', body });
  } catch (error) {
    throw await conflict(api, namespace, error);
  }
}

/** Its resource version makes that only one of two wins. */
async function put(api: KubernetesApi, namespace: string, body: V1Lease): Promise<V1Lease> {
  try {
    return await api.json<V1Lease>(pathOf(namespace, NAME), { method: 'PUT', body });
  } catch (error) {
    throw await conflict(api, namespace, error);
  }
}

async function conflict(api: KubernetesApi, namespace: string, error: unknown): Promise<unknown> {
  if (!(error instanceof KubernetesError) || error.status !== 409) return error;
  return busy(await api.find<V1Lease>(pathOf(namespace, NAME)));
}

function describe({ spec }: V1Lease): LeaseHolder {
  const age = Date.now() - Date.parse(String(spec?.renewTime ?? 0));
  return {
    holder: spec?.holderIdentity ?? '',
    since: String(spec?.acquireTime ?? ''),
    live: age < (spec?.leaseDurationSeconds ?? RENEW_SECONDS * RENEWALS) * 1000,
  };
}

function busy(lease: V1Lease | undefined): TargetError {
  const { holder, since } = describe(lease ?? {});
  return new TargetError(
    'TARGET_BUSY',
    `Another bench is using this cluster: ${holder || 'it has just taken it'}${since ? `, since ${since}` : ''}.`,
    'Two benches at once would measure each other: wait for it to end. A killed one is forgotten after half a minute.',
  );
}
