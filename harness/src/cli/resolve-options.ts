import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from '../bench/bench-options.js';
import { KIND_CLUSTER } from '../cluster/kind-cluster.js';
import { UsageError } from '../errors.js';
import {
  chooseEnergySource,
  type ChosenSource,
  type EnergySourceName,
} from '../energy/choose-energy-source.js';
import { prometheusAccess, type PrometheusAccess } from '../prometheus/prometheus-access.js';
import { LocalTarget } from '../targets/local-target.js';
import type { Target } from '../targets/target.js';
import {
  clash,
  modeKind,
  type ModeFlagValues,
  PLAN_DEFAULTS,
  resolveMode,
} from './resolve-mode.js';
import {
  readConfigFile,
  type ConfigFile,
  type ConfiguredTarget,
  type LoadPlace,
} from './config-file.js';
import { runningTarget } from './running-target.js';

/** The functions of this checkout. */
const OWN_STACK_FILE = fileURLToPath(new URL('../../../functions/stack.yml', import.meta.url));
const DEFAULT_CONFIG_FILE = 'power-harness.yaml';

export interface TargetFlagValues {
  target: string | undefined;
  gateway: string | undefined;
  meters: string | undefined;
  energy: EnergySourceName;
  sysfs: string;
  node: string | undefined;
  load: LoadPlace | undefined;
  'load-node': string | undefined;
  'load-parallelism': number | undefined;
  config: string;
  stack: string | undefined;
  out: string;
  prometheus: string | undefined;
}

export interface PlanFlagValues {
  rate: number | undefined;
  duration: number | undefined;
  repetitions: number | undefined;
  idle: number | undefined;
  settle: number | undefined;
  warmup: number | undefined;
  seed: number | undefined;
  payload: string | undefined;
  method: string | undefined;
  'twin-options': string | undefined;
}

export interface ResolvedTarget {
  config: ConfigFile;
  target: Target;
  stackFile: string;
  energySource: ChosenSource;
  sysfs: string;
  prometheus?: PrometheusAccess;
}

/**
 * Target, meters and stack file, from flags and config file.
 * @param functions - those that are to be deployed
 * @throws UsageError
 */
export async function resolveTarget(
  flags: TargetFlagValues,
  functions: readonly string[] = [],
): Promise<ResolvedTarget> {
  const config = await readConfigFile(flags.config, flags.config !== DEFAULT_CONFIG_FILE);
  const stackFile = resolve(flags.stack ?? config.bench?.stack ?? OWN_STACK_FILE);
  const name = flags.target ?? config.target ?? 'local';
  if (flags.gateway && flags.target) {
    throw new UsageError('FLAGS_CLASH', '--gateway and --target exclude each other.', 'Give one.');
  }
  const targets: Record<string, ConfiguredTarget> = { kind: KIND_CLUSTER, ...config.targets };
  const configured: ConfiguredTarget | undefined = flags.gateway
    ? { gateway: flags.gateway }
    : targets[name];
  const metersFile = flags.meters ?? configured?.meters;
  const { energy, sysfs } = flags;
  const choice = { energy, sysfs, ...(metersFile ? { metersFile: resolve(metersFile) } : {}) };
  const prometheus =
    flags.prometheus ?? (configured?.remote_write ? configured.prometheus : undefined);
  const resolved = (target: Target): ResolvedTarget => ({
    ...{ config, target, stackFile, energySource: chooseEnergySource(choice, target), sysfs },
    ...(prometheus === undefined ? {} : { prometheus: prometheusAccess(prometheus) }),
  });
  const load = {
    inCluster: (flags.load ?? config.bench?.load ?? 'local') === 'in-cluster',
    node: flags['load-node'] ?? configured?.load?.node,
    parallelism: flags['load-parallelism'] ?? configured?.load?.parallelism ?? 1,
  };
  assertLoad(load.inCluster, flags, configured);
  if (configured) {
    const node = flags.node ?? configured.node;
    return resolved(
      await runningTarget(flags.gateway ? 'gateway' : name, configured, { node, metersFile, load }),
    );
  }
  if (name !== 'local') {
    const known = ['local', ...Object.keys(targets)].join(', ');
    throw new UsageError('TARGET_UNKNOWN', `There is no target '${name}'.`, `There are: ${known}.`);
  }
  const target = new LocalTarget({
    functionsRoot: dirname(stackFile),
    functions,
    ...(flags.node ? { node: flags.node } : {}),
  });
  return resolved(target);
}

/** @throws UsageError where load can't come from where it shall */
function assertLoad(
  inCluster: boolean,
  flags: Pick<TargetFlagValues, 'load-node' | 'load-parallelism'>,
  target: ConfiguredTarget | undefined,
): void {
  if (inCluster && target?.context === undefined) {
    throw new UsageError(
      'LOAD_WITHOUT_CLUSTER',
      '--load in-cluster takes a target in a Kubernetes cluster: this one has none.',
      'Give its target a context in the config file (docs/config.md), or leave --load out.',
    );
  }
  const given = (['load-node', 'load-parallelism'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (inCluster || given === undefined) return;
  throw new UsageError(
    'FLAGS_CLASH',
    `--${given} is for --load in-cluster.`,
    `Give both, or leave --${given} out.`,
  );
}

/** Everything `bench` needs. @throws UsageError */
export async function resolveBenchOptions(
  functions: string[],
  flags: TargetFlagValues & PlanFlagValues & ModeFlagValues,
): Promise<BenchOptions> {
  const kind = modeKind(flags);
  if (kind === 'cold' && flags.load === 'in-cluster') throw clash('--cold', '--load in-cluster');
  // Single requests are sent from here.
  const own = kind === 'cold' ? { ...flags, load: 'local' as const } : flags;
  const { config, ...target } = await resolveTarget(own, functions);
  const file = config.bench ?? {};
  const rate = flags.rate ?? file.rate;
  const payload = flags.payload ?? file.payload;
  const otherwise = PLAN_DEFAULTS[kind];
  const plan = {
    functions,
    repetitions: flags.repetitions ?? file.repetitions ?? otherwise.repetitions,
    seed: flags.seed ?? file.seed ?? 1,
    method: (flags.method ?? file.method ?? 'auto') as BenchOptions['method'],
    loadSeconds: flags.duration ?? file.duration ?? otherwise.loadSeconds,
    idleSeconds: flags.idle ?? file.idle ?? otherwise.idleSeconds,
    settleSeconds: flags.settle ?? file.settle ?? 1,
    warmupSeconds: flags.warmup ?? file.warmup ?? 2,
  };
  return {
    ...target,
    ...plan,
    mode: await resolveMode(kind, plan, flags, file),
    out: flags.out,
    twinOptions: parseTwinOptions(flags['twin-options'] ?? ''),
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
    ...(payload === undefined ? {} : { payloadFile: resolve(payload) }),
  };
}

/** `gain-error=0.05 fault=loss=0.2@30`, as the twin's command line has them. */
function parseTwinOptions(list: string): string[] {
  const items = list.split(/\s+|,(?=[a-z][a-z-]*=)/).filter(Boolean);
  const wrong = items.find((item) => !/^[a-z][a-z-]*=.+$/.test(item));
  if (wrong === undefined) return items.map((item) => `--${item}`);
  throw new UsageError(
    'FLAG_VALUE',
    `--twin-options takes pairs such as gain-error=0.05, not '${wrong}'.`,
    'power-meter-twin --help lists them.',
  );
}
