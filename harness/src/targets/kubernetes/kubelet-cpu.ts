import type { CpuReading } from '../target.js';
import type { KubernetesApi } from './kubernetes-api.js';

/** What of a kubelet's stats/summary we read. */
export interface StatsSummary {
  node: { systemContainers?: { name: string; cpu?: CpuStats }[] };
  pods: { podRef: { name: string; namespace: string; uid: string }; cpu?: CpuStats }[];
}

interface CpuStats {
  time: string;
  usageCoreNanoSeconds?: number;
}

/** What names the entity of a pod; undefined for a pod that serves no function. */
export type EntityOf = (pod: { name: string; namespace: string }) => string | undefined;

/** The node's own part in serving. */
const SERVING_CONTAINERS = ['kubelet', 'runtime'];

/** A node's CPU time by entity, from its kubelet. Ended pods keep what they had used, so that no time goes back. */
export class KubeletCpu {
  private readonly used = new Map<string, { entity: string; cpuSeconds: number; timeUs: number }>();

  constructor(
    private readonly api: KubernetesApi,
    private readonly node: string,
    private readonly entityOf: EntityOf,
  ) {}

  /** @throws KubernetesError, TargetError */
  async read(): Promise<CpuReading[]> {
    const path = `/api/v1/nodes/${this.node}/proxy/stats/summary?only_cpu_and_memory=true`;
    return this.take(await this.api.json<StatsSummary>(path));
  }

  /** The readings of a summary; an entity's time is that of its newest part. */
  take({ node, pods }: StatsSummary): CpuReading[] {
    for (const { name, cpu } of node.systemContainers ?? []) {
      if (SERVING_CONTAINERS.includes(name)) this.note(name, 'platform', cpu);
    }
    for (const { podRef, cpu } of pods) {
      const entity = this.entityOf(podRef);
      if (entity) this.note(podRef.uid, entity, cpu);
    }
    const sums = new Map<string, CpuReading>();
    for (const { entity, cpuSeconds, timeUs } of this.used.values()) {
      const sum = sums.get(entity) ?? { node: this.node, entity, cpuSeconds: 0, timeUs: 0 };
      sum.cpuSeconds += cpuSeconds;
      sum.timeUs = Math.max(sum.timeUs ?? 0, timeUs);
      sums.set(entity, sum);
    }
    return [...sums.values()];
  }

  private note(key: string, entity: string, cpu: CpuStats | undefined): void {
    if (cpu?.usageCoreNanoSeconds === undefined) return;
    const cpuSeconds = cpu.usageCoreNanoSeconds / 1e9;
    const timeUs = Date.parse(cpu.time) * 1000;
    const before = this.used.get(key);
    if (!before || cpuSeconds >= before.cpuSeconds)
      this.used.set(key, { entity, cpuSeconds, timeUs });
  }
}
