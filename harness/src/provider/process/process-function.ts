import {
  ApiError,
  DEFAULT_NAMESPACE,
  type FunctionDeployment,
  type FunctionStatus,
  type ReplicaStatus,
} from '../backend.js';
import { scaleLimits } from '../scale-limits.js';
import { LogRing } from './log-ring.js';
import type { ProcessSpec } from './process-spec.js';
import { processUsage } from './process-usage.js';
import { Replica } from './replica.js';

const BACK_OFF_MS = { first: 250, longest: 10_000 };
/** A replica that ran this long was well: the next crash is a first one. */
const WELL_MS = 10_000;
const DRAIN_MS = 10_000;
const MOST_REPLICAS = 20;

/** A deployed function: its replicas, as many as wanted, started again when they end. */
export class ProcessFunction {
  readonly log = new LogRing();
  invocations = 0;
  private readonly createdAt = new Date();
  private replicas: Replica[] = [];
  /** Of the deployment before: they serve until the new ones do. */
  private retiring: Replica[] = [];
  private starting = 0;
  private wanted: number;
  private serial = 0;
  private restarts = 0;
  private backOffMs = BACK_OFF_MS.first;
  private restartTimer: NodeJS.Timeout | undefined;
  private generation = 0;
  private waiters: (() => void)[] = [];
  /** From zero, for all requests that came meanwhile. */
  private coldStart: Promise<void> | undefined;
  private closed = false;

  constructor(
    private deployment: FunctionDeployment,
    private spec: ProcessSpec,
    private secretsFolder: () => string,
    private readonly cgroup?: string,
  ) {
    this.wanted = scaleLimits(deployment, MOST_REPLICAS).min;
    this.fill();
  }

  get name(): string {
    return this.deployment.service;
  }

  /** Replaces the replicas; the old ones serve until the new ones do. */
  update(deployment: FunctionDeployment, spec: ProcessSpec, secretsFolder: () => string): void {
    this.deployment = deployment;
    this.spec = spec;
    this.secretsFolder = secretsFolder;
    const { min, max } = scaleLimits(deployment, MOST_REPLICAS);
    this.wanted = Math.min(max, Math.max(min, this.wanted));
    const old = this.replicas;
    this.generation++;
    this.replicas = [];
    this.backOffMs = BACK_OFF_MS.first;
    this.fill();
    void this.untilReady(spec.readiness.seconds * 1000).then(() =>
      Promise.all(old.map((replica) => replica.stop(DRAIN_MS))),
    );
    this.retiring = old;
  }

  scale(replicas: number): void {
    const { max } = scaleLimits(this.deployment, MOST_REPLICAS);
    this.wanted = Math.min(Math.max(0, replicas), max);
    const surplus = this.replicas.splice(this.wanted);
    for (const replica of surplus) void replica.stop(DRAIN_MS);
    this.fill();
  }

  /** The ready replica with the least in flight, counted as busy. Scales from zero. @throws ApiError 503 */
  acquire(): Replica | Promise<Replica> {
    if (this.wanted > 0 && !this.coldStart) return this.take();
    if (this.wanted === 0) this.scale(1);
    this.coldStart ??= this.untilReady(this.spec.readiness.seconds * 1000).finally(
      () => (this.coldStart = undefined),
    );
    return this.coldStart.then(() => this.take());
  }

  private take(): Replica {
    const replica = this.leastBusy();
    if (!replica) throw new ApiError(503, `No endpoints available for: ${this.name}.`);
    replica.inFlight++;
    replica.requests++;
    this.invocations++;
    return replica;
  }

  /** Waits until a replica is ready, or the time is over. */
  private async untilReady(limitMs: number): Promise<void> {
    const end = Date.now() + limitMs;
    while (!this.closed && !this.replicas.some((replica) => replica.ready) && Date.now() < end) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - Date.now());
        this.waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  status(withUsage: boolean): FunctionStatus {
    const { service, ...rest } = this.deployment;
    return {
      ...rest,
      name: service,
      namespace: DEFAULT_NAMESPACE,
      invocationCount: this.invocations,
      replicas: this.wanted,
      availableReplicas: this.serving().filter((replica) => replica.ready).length,
      createdAt: this.createdAt.toISOString(),
      ...(withUsage ? { usage: processUsage(this.replicas) } : {}),
    };
  }

  replicaStatuses(): ReplicaStatus[] {
    return this.replicas.map((replica) => ({
      function: this.name,
      instance: replica.instance,
      pid: replica.pid,
      port: replica.port,
      ready: replica.ready,
      requests: replica.requests,
      restarts: this.restarts,
    }));
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.restartTimer);
    this.wake();
    await Promise.all([...this.replicas, ...this.retiring].map((replica) => replica.stop()));
  }

  private serving(): Replica[] {
    return [
      ...this.replicas,
      ...this.retiring.filter((replica) => !replica.retired && replica.running),
    ];
  }

  private leastBusy(): Replica | undefined {
    let best: Replica | undefined;
    const pool = this.retiring.length > 0 ? this.serving() : this.replicas;
    for (const replica of pool) {
      if (replica.ready && (!best || replica.inFlight < best.inFlight)) best = replica;
    }
    return best;
  }

  /** Starts what is missing. */
  private fill(): void {
    for (let n = this.replicas.length + this.starting; n < this.wanted && !this.closed; n++) {
      this.starting++;
      void this.startOne(this.generation).finally(() => this.starting--);
    }
  }

  private async startOne(generation: number): Promise<void> {
    const replica = await Replica.start({
      functionName: this.name,
      instance: `${this.name}-${++this.serial}`,
      spec: this.spec,
      env: { ...this.deployment.envVars, secret_mount_path: this.secretsFolder() },
      log: this.log,
      ...(this.cgroup ? { cgroup: this.cgroup } : {}),
    });
    if (this.closed || generation !== this.generation || this.replicas.length >= this.wanted) {
      void replica.stop();
      return;
    }
    this.replicas.push(replica);
    void replica.ended.then(() => this.afterEnd(replica));
    void replica.awaitReady().then((ready) => {
      if (ready) this.wake();
      else void replica.stop().then(() => this.afterEnd(replica));
    });
  }

  /** Starts another in its place, later and later while they keep ending. */
  private afterEnd(replica: Replica): void {
    const place = this.replicas.indexOf(replica);
    if (place < 0 || this.closed) return;
    this.replicas.splice(place, 1);
    this.restarts++;
    this.wake();
    if (Date.now() - replica.startedMs > WELL_MS) this.backOffMs = BACK_OFF_MS.first;
    clearTimeout(this.restartTimer);
    this.restartTimer = setTimeout(() => this.fill(), this.backOffMs);
    this.backOffMs = Math.min(BACK_OFF_MS.longest, this.backOffMs * 2);
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}
