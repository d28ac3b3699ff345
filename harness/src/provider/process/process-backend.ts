import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApiError,
  DEFAULT_NAMESPACE,
  type Backend,
  type Endpoint,
  type FunctionDeployment,
  type FunctionStatus,
  type LogLine,
  type LogQuery,
  type ReplicaStatus,
} from '../backend.js';
import type { TimedLine } from './log-ring.js';
import { ProcessFunction } from './process-function.js';
import { processSpec } from './process-spec.js';
import { SecretFiles } from './secret-files.js';

/** Functions as child processes of the provider, on this machine. */
export class ProcessBackend implements Backend {
  readonly orchestration = 'process';
  readonly namespace = DEFAULT_NAMESPACE;
  readonly secrets = new SecretFiles();
  private readonly functions = new Map<string, ProcessFunction>();

  /** @param replicaCgroups - a cgroup; replicas run in `function-NAME` within it, where that is there */
  constructor(
    private readonly functionsRoot: string,
    private readonly replicaCgroups?: string,
  ) {}

  list(): Promise<FunctionStatus[]> {
    return Promise.resolve([...this.functions.values()].map((each) => each.status(false)));
  }

  describe(name: string, withUsage: boolean): Promise<FunctionStatus | undefined> {
    return Promise.resolve(this.functions.get(name)?.status(withUsage));
  }

  create(deployment: FunctionDeployment): Promise<void> {
    const { service } = deployment;
    const spec = processSpec(deployment, this.functionsRoot);
    this.secrets.requireAll(deployment.secrets ?? []);
    if (this.functions.has(service))
      throw new ApiError(409, `function ${service} is there already`);
    const mount = () => this.secrets.mount(service, deployment.secrets ?? []);
    const cgroup = this.replicaCgroups && join(this.replicaCgroups, `function-${service}`);
    const inside = cgroup && existsSync(cgroup) ? cgroup : undefined;
    this.functions.set(service, new ProcessFunction(deployment, spec, mount, inside));
    return Promise.resolve();
  }

  update(deployment: FunctionDeployment): Promise<void> {
    const found = this.require(deployment.service);
    const spec = processSpec(deployment, this.functionsRoot);
    this.secrets.requireAll(deployment.secrets ?? []);
    found.update(deployment, spec, () =>
      this.secrets.mount(deployment.service, deployment.secrets ?? []),
    );
    return Promise.resolve();
  }

  async remove(name: string): Promise<void> {
    const found = this.require(name);
    this.functions.delete(name);
    await found.close();
  }

  scale(name: string, replicas: number): Promise<void> {
    this.require(name).scale(replicas);
    return Promise.resolve();
  }

  acquire(name: string): Endpoint | Promise<Endpoint> {
    return this.require(name).acquire();
  }

  replicas(): Promise<ReplicaStatus[]> {
    return Promise.resolve([...this.functions.values()].flatMap((each) => each.replicaStatuses()));
  }

  async *logs(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine> {
    const { name, instance, tail, follow, sinceMs = -Infinity } = query;
    const { log } = this.require(name);
    const wanted = (line: TimedLine) =>
      line.timeMs >= sinceMs && (instance === undefined || line.instance === instance);
    const format = (line: TimedLine): LogLine => ({
      name,
      namespace: this.namespace,
      instance: line.instance,
      timestamp: new Date(line.timeMs).toISOString(),
      text: line.text,
    });
    const past = log.past().filter(wanted);
    yield* (tail < 0 ? past : past.slice(past.length - Math.min(tail, past.length))).map(format);
    if (!follow) return;
    for await (const line of log.future(signal)) {
      if (wanted(line)) yield format(line);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.functions.values()].map((each) => each.close()));
    this.functions.clear();
    this.secrets.close();
  }

  private require(name: string): ProcessFunction {
    const found = this.functions.get(name);
    if (!found) throw new ApiError(404, `there is no function ${name}`);
    return found;
  }
}
