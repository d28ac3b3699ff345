import type { ManifestMeter, RunManifest } from '../run/manifest.js';
import type { RunResult } from '../run/result.js';
import type { Difference } from './comparison.js';

/** A run as its directory tells it. */
export interface Run {
  manifest: RunManifest;
  result: RunResult;
}

/** Of the machine: a change of one changes energy, whatever the function does. */
const SEVERE_ENVIRONMENT = [
  'architecture',
  'cpu_model',
  'cpu_count',
  'cpu_governor',
  'cpu_turbo_disabled',
  'smt',
];

/** What may be what the comparison is about, or changes too often to refuse. */
const NOTED_ENVIRONMENT = ['kernel', 'git_commit'];

/** Energy per invocation depends on the rate; a calibration finds it again within this share. */
const RATE_SHARE = 0.1;

/** The last bits of memory differ with the kernel. */
const MEMORY_SHARE = 0.01;

/** What differs between two runs; the same in either order. */
export function environmentDifferences(baseline: Run, run: Run): Difference[] {
  const found: Difference[] = [];
  const compare = (what: string, of: (each: Run) => unknown, severe = true, share = 0) => {
    const [a, b] = [of(baseline), of(run)];
    if (isSame(a, b, share)) return;
    found.push({ what, baseline: text(a), run: text(b), severe });
  };
  compare('simulated', ({ result }) => result.simulated);
  compare('method', ({ result }) => result.method);
  compare('target', ({ manifest }) => manifest.target.name);
  compare('load from', ({ manifest }) => manifest.load?.where ?? 'this machine');
  compare('load on a measured node', isLoadMeasured);
  compare('k6 at once', ({ manifest }) => manifest.load?.parallelism ?? 1, false);
  compare('node of the load', ({ manifest }) => loadNodes(manifest).join(', '), false);
  for (const name of SEVERE_ENVIRONMENT)
    compare(name, ({ manifest }) => manifest.environment[name]);
  const memory = ({ manifest }: Run) => manifest.environment.memory_bytes;
  compare('memory_bytes', memory, true, MEMORY_SHARE);
  for (const { function: name } of baseline.result.functions) {
    if (!run.result.functions.some((each) => each.function === name)) continue;
    const rate = ({ manifest }: Run) => manifest.plan.rate_per_second[name];
    compare(`rate of ${name}, 1/s`, rate, true, RATE_SHARE);
    const hash = ({ manifest }: Run) => manifest.plan.payload_sha256?.[name]?.slice(0, 12);
    compare(`payload of ${name}`, hash, hash(baseline) !== undefined && hash(run) !== undefined);
  }
  for (const node of new Set(baseline.manifest.meters.map((each) => each.node))) {
    if (!run.manifest.meters.some((each) => each.node === node)) continue;
    compare(`energy source of ${node}`, (each) => metersOf(each, node).map(kindOf).join(' and '));
    compare(`meter of ${node}`, (each) => metersOf(each, node).map(nameOf).join(' and '), false);
  }
  compare('warm-up, s', ({ manifest }) => manifest.plan.warmup_seconds, false);
  compare('load, s', ({ manifest }) => manifest.plan.load_seconds, false);
  for (const name of NOTED_ENVIRONMENT) {
    compare(name, ({ manifest }) => manifest.environment[name], false);
  }
  for (const name of Object.keys(baseline.manifest.versions)) {
    compare(`version of ${name}`, ({ manifest }) => manifest.versions[name], false);
  }
  return found;
}

function loadNodes({ load }: RunManifest): string[] {
  return load?.nodes.map(({ node }) => node) ?? [];
}

/** Then its energy holds the load generator's. */
function isLoadMeasured({ manifest }: Run): boolean {
  return loadNodes(manifest).some((node) => manifest.meters.some((each) => each.node === node));
}

/** Whether a node was metered by the very same channels, set up alike: their errors are then the same. */
export function isSameMeter(a: Run, b: Run, node: string): boolean {
  const name = (run: Run) => metersOf(run, node).map(nameOf).join();
  return name(a) !== '' && name(a) === name(b);
}

function metersOf({ manifest }: Run, node: string): ManifestMeter[] {
  return manifest.meters.filter((each) => each.node === node);
}

/**
 * Of a twin also what it simulates: the numbers of processes and control groups in it differ from run to run, and there is
 * one alike for each function.
 */
function kindOf({ source, model }: ManifestMeter): string {
  if (model === undefined) return source;
  const parts = model.split('+').map((part) => part.replace(/^(process|cgroup):[^,]*/, '$1'));
  return `${source} ${[...new Set(parts)].join('+')}`;
}

/** A twin's port differs from run to run; its sensor does not. */
function nameOf(each: ManifestMeter): string {
  const { meter, channel, source, address, shunt_uohm: shunt, offset_lsb256: offset } = each;
  const parts = [
    `${meter} channel ${channel}`,
    ...(source === 'twin' ? [] : [`at ${address}`]),
    ...(shunt === undefined ? [] : [`shunt ${shunt} µΩ`]),
    ...(offset === undefined ? [] : [`offset ${offset}`]),
  ];
  return parts.join(', ');
}

function isSame(a: unknown, b: unknown, share: number): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return Math.abs(a - b) <= share * Math.max(Math.abs(a), Math.abs(b));
}

function text(value: unknown): string {
  return value === undefined ? 'unknown' : String(value as string);
}
