import { existsSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TargetError } from '../errors.js';
import { replicas } from '../openfaas/gateway-client.js';
import { type GatewayAccess } from '../openfaas/gateway-access.js';
import { ManagedProcess, NotReadyError } from '../processes/managed-process.js';
import { readProcessStat } from '../processes/process-stat.js';
import { makeCgroup, removeCgroup, removeStaleCgroups } from './cgroup.js';
import {
  type Check,
  type CpuReading,
  type OpenTarget,
  type Target,
  type TwinNode,
} from './target.js';
import { lockHolder, TargetLock } from './target-lock.js';

const PROVIDER_PROGRAM = fileURLToPath(new URL('../../dist/provider/main.js', import.meta.url));
const CGROUP_PREFIX = 'power-harness-';

/** What the twin takes for a node of this kind: a small board, in watts and watts per busy core. */
const IDLE_WATTS = 2;
const WATTS_PER_CORE = 3;

export interface LocalTargetOptions {
  /** Where functions' directories start: the folder of the stack file. */
  functionsRoot: string;
  /** What this machine is called in the results. */
  node?: string;
}

/** This machine, with the embedded OpenFaaS provider. */
export class LocalTarget implements Target {
  readonly name = 'local';
  readonly onThisMachine = true;

  constructor(private readonly options: LocalTargetOptions) {}

  check(): Promise<Check[]> {
    const holder = lockHolder(this.name);
    return Promise.resolve([
      {
        name: 'platform',
        ok: process.platform === 'linux',
        detail: process.platform,
        hint: 'The local target needs Linux.',
      },
      {
        name: 'provider',
        ok: existsSync(PROVIDER_PROGRAM),
        detail: existsSync(PROVIDER_PROGRAM) ? 'built' : `${PROVIDER_PROGRAM} is missing`,
        hint: 'Run ./bootstrap, or npm run build.',
      },
      {
        name: 'free',
        ok: holder === undefined,
        detail: holder === undefined ? 'no other bench' : `used by process ${holder}`,
        hint: 'Two benches at once would measure each other: wait for it to end.',
      },
    ]);
  }

  async open(directory: string, signal: AbortSignal): Promise<OpenTarget> {
    const lock = TargetLock.take(this.name);
    removeStaleCgroups(CGROUP_PREFIX);
    const cgroup = makeCgroup(`${CGROUP_PREFIX}${process.pid}`);
    try {
      const provider = await startProvider(this.options.functionsRoot, directory, cgroup, signal);
      return new OpenLocalTarget(provider, lock, cgroup, this.options.node ?? hostname());
    } catch (error) {
      if (cgroup) removeCgroup(cgroup);
      lock.release();
      throw error;
    }
  }
}

interface ProviderReady {
  url: string;
}

async function startProvider(
  functionsRoot: string,
  directory: string,
  cgroup: string | undefined,
  signal: AbortSignal,
): Promise<ManagedProcess<ProviderReady>> {
  try {
    return await ManagedProcess.start({
      command: process.execPath,
      args: [PROVIDER_PROGRAM, '--port', '0', '--functions-root', functionsRoot],
      logFile: join(directory, 'provider.log'),
      ready: parseListening,
      readySeconds: 10,
      signal,
      ...(cgroup ? { cgroup } : {}),
    });
  } catch (error) {
    if (!(error instanceof NotReadyError)) throw error;
    throw new TargetError(
      'PROVIDER_FAILED',
      `The OpenFaaS provider did not start (${error.reason}): ${error.output || 'no output'}`,
      'Its log is provider.log in the run directory.',
      { cause: error },
    );
  }
}

function parseListening(line: string): ProviderReady | undefined {
  try {
    const { event, url } = JSON.parse(line) as { event?: string; url?: string };
    return event === 'listening' && url ? { url } : undefined;
  } catch {
    return undefined;
  }
}

class OpenLocalTarget implements OpenTarget {
  readonly gateway: GatewayAccess;
  readonly nodes: string[];
  readonly twinNode: TwinNode;
  readonly died: Promise<string>;
  private closing = false;
  private readonly cpuOf = new Map<number, { entity: string; cpuSeconds: number }>();

  constructor(
    private readonly provider: ManagedProcess<ProviderReady>,
    private readonly lock: TargetLock,
    private readonly cgroup: string | undefined,
    node: string,
  ) {
    this.nodes = [node];
    this.gateway = { url: provider.readiness.url };
    const metered = cgroup ? `cgroup:${cgroup}` : `process:${provider.pid}`;
    this.twinNode = {
      model: `${metered},idle_watts=${IDLE_WATTS},watts_per_core=${WATTS_PER_CORE}`,
      fullWatts: IDLE_WATTS + WATTS_PER_CORE * availableParallelism(),
    };
    this.died = new Promise((resolve) => {
      void provider.ended.then(() => {
        if (!this.closing) resolve('The OpenFaaS provider ended by itself.');
      });
    });
  }

  /** A replica that ended keeps what it had used, so that no entity's time goes back. */
  async readCpu(): Promise<CpuReading[]> {
    const running = new Map([[this.provider.pid, 'platform']]);
    for (const { function: name, pid } of await replicas(this.gateway)) {
      running.set(pid, `function:${name}`);
    }
    for (const [pid, entity] of running) {
      const cpuSeconds = readProcessStat(pid)?.cpuSeconds;
      if (cpuSeconds !== undefined) this.cpuOf.set(pid, { entity, cpuSeconds });
    }
    const sums = new Map<string, number>();
    for (const { entity, cpuSeconds } of this.cpuOf.values()) {
      sums.set(entity, (sums.get(entity) ?? 0) + cpuSeconds);
    }
    return [...sums].map(([entity, cpuSeconds]) => ({ node: this.nodes[0]!, entity, cpuSeconds }));
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.provider.stop(10);
    if (this.cgroup) removeCgroup(this.cgroup);
    this.lock.release();
  }
}
