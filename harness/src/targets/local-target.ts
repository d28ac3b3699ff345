import { existsSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TargetError } from '../errors.js';
import { replicas } from '../openfaas/gateway-client.js';
import type { GatewayAccess } from '../openfaas/gateway-access.js';
import { ManagedProcess, NotReadyError } from '../processes/managed-process.js';
import { readProcessStat } from '../processes/process-stat.js';
import { makeCgroup, makeInnerCgroup, removeCgroup, removeStaleCgroups } from './cgroup.js';
import { ONE_NODE } from './one-node.js';
import type { Check, CpuReading, Locate, OpenTarget, Target, TwinNode } from './target.js';
import { lockHolder, TargetLock } from './target-lock.js';

const PROVIDER_PROGRAM = fileURLToPath(new URL('../../dist/provider/main.js', import.meta.url));
const CGROUP_PREFIX = 'power-harness-';

/** What the twin takes for a node of this kind: a small board, in watts and watts per busy core. */
const IDLE_WATTS = 2;
const WATTS_PER_CORE = 3;
/** A twin's channel has at most so many parts (firmware/host/node_model.h), one of which is the platform. */
const MOST_FUNCTIONS_APART = 15;

export interface LocalTargetOptions {
  /** Where functions' directories start: the folder of the stack file. */
  functionsRoot: string;
  /** What this machine is called in the results. */
  node?: string;
  /** Those that are to be deployed: their energies are apart in the twin's truth. */
  functions?: readonly string[];
}

/** Where the CPU time of the metered tree is counted. */
interface MeteredCgroups {
  /** The one that holds all of them. */
  path: string;
  platform: string;
  /** By function; empty where they are too many for a twin's model: then all is in the platform's. */
  functions: Map<string, string>;
}

/** This machine, with the embedded OpenFaaS provider. */
export class LocalTarget implements Target {
  readonly name = 'local';
  readonly onThisMachine = true;
  readonly metered = false;
  readonly drivesLoad = false;

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
    const { functionsRoot, node = hostname(), functions = [] } = this.options;
    const cgroups = meteredCgroups(functions);
    try {
      const provider = await startProvider(functionsRoot, directory, cgroups, signal);
      return new OpenLocalTarget(provider, lock, cgroups, node);
    } catch (error) {
      if (cgroups) removeCgroup(cgroups.path);
      lock.release();
      throw error;
    }
  }
}

/** Undefined where this user can't make cgroups. */
function meteredCgroups(functions: readonly string[]): MeteredCgroups | undefined {
  const path = makeCgroup(`${CGROUP_PREFIX}${process.pid}`);
  if (!path) return undefined;
  const apart = functions.length > MOST_FUNCTIONS_APART ? [] : functions;
  return {
    path,
    platform: makeInnerCgroup(path, 'platform'),
    functions: new Map(apart.map((name) => [name, makeInnerCgroup(path, `function-${name}`)])),
  };
}

interface ProviderReady {
  url: string;
}

async function startProvider(
  functionsRoot: string,
  directory: string,
  cgroups: MeteredCgroups | undefined,
  signal: AbortSignal,
): Promise<ManagedProcess<ProviderReady>> {
  try {
    return await ManagedProcess.start({
      command: process.execPath,
      args: [
        ...[PROVIDER_PROGRAM, '--port', '0', '--functions-root', functionsRoot],
        ...(cgroups ? ['--replica-cgroups', cgroups.path] : []),
      ],
      logFile: join(directory, 'provider.log'),
      ready: parseListening,
      readySeconds: 10,
      signal,
      ...(cgroups ? { cgroup: cgroups.platform } : {}),
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

/** Idle power once, and every busy core of the metered tree at the same power, whoever keeps it busy. */
function twinNode(providerPid: number, cgroups: MeteredCgroups | undefined): TwinNode {
  const fullWatts = IDLE_WATTS + WATTS_PER_CORE * availableParallelism();
  const part = (metered: string, idleWatts: number) =>
    `${metered},idle_watts=${idleWatts},watts_per_core=${WATTS_PER_CORE}`;
  if (!cgroups) return { model: part(`process:${providerPid}`, IDLE_WATTS), fullWatts };
  const parts = [
    part(`cgroup:${cgroups.platform}`, IDLE_WATTS),
    ...[...cgroups.functions.values()].map((path) => part(`cgroup:${path}`, 0)),
  ];
  const sources = Object.fromEntries(
    ['platform', ...[...cgroups.functions.keys()].map((name) => `function:${name}`)].map(
      (entity, index) => [index === 0 ? 'cpu' : `cpu${index + 1}`, entity],
    ),
  );
  return { model: parts.join('+'), fullWatts, sources };
}

class OpenLocalTarget implements OpenTarget {
  readonly notes = ONE_NODE.notes;
  readonly placement = ONE_NODE.placement;
  readonly place = ONE_NODE.place;
  readonly gateway: GatewayAccess;
  readonly nodes: string[];
  readonly twinNode: TwinNode;
  readonly died: Promise<TargetError>;
  private closing = false;
  private readonly cpuOf = new Map<number, { entity: string; cpuSeconds: number }>();

  constructor(
    private readonly provider: ManagedProcess<ProviderReady>,
    private readonly lock: TargetLock,
    private readonly cgroups: MeteredCgroups | undefined,
    node: string,
  ) {
    this.nodes = [node];
    this.gateway = { url: provider.readiness.url };
    this.twinNode = twinNode(provider.pid, cgroups);
    this.died = new Promise((resolve) => {
      void provider.ended.then(() => {
        if (this.closing) return;
        resolve(
          new TargetError(
            'TARGET_DIED',
            'The OpenFaaS provider ended by itself.',
            'Its log is provider.log in the run directory.',
          ),
        );
      });
    });
  }

  locate(): Promise<Locate> {
    return Promise.resolve(() => this.nodes[0]);
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
    if (this.cgroups) removeCgroup(this.cgroups.path);
    this.lock.release();
  }
}
