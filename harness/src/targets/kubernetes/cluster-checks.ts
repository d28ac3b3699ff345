import { type ClockOffset, MOST_OFFSET_SECONDS } from '../../energy/clock-offset.js';
import type { ExporterEndpoint } from '../../energy/exporter-endpoint.js';
import { feeds } from '../../energy/offered-exporters.js';
import { PrometheusEnergy } from '../../energy/prometheus-energy.js';
import { fetchSamples, measureClockOffset } from '../../energy/samples-client.js';
import type { PowerHarnessError } from '../../errors.js';
import { listFunctions } from '../../openfaas/gateway-client.js';
import { providerInfo } from '../../openfaas/provider-info.js';
import type { Check } from '../target.js';
import { BenchLease } from './bench-lease.js';
import { clusterNodes } from './cluster-nodes.js';
import { KubernetesApi } from './kubernetes-api.js';
import type { KubernetesTargetOptions } from './kubernetes-target-options.js';
import { assertTestRuns } from './load/test-runs.js';
import { chooseLoadNode } from './load/load-node.js';
import { findExporters } from './node-exporters.js';
import { loadRights, missingRights, neededRights, rightText } from './rights.js';

const FRESH_SECONDS = 5;
const OFFSET_WARNING_SECONDS = 0.01;

type Finding = Omit<Check, 'name'>;

/** What works and what is missing, line by line; what depends on something missing is left out. */
export async function checkCluster(options: KubernetesTargetOptions): Promise<Check[]> {
  const checks: Check[] = [];
  const line = async (name: string, find: () => Promise<Finding>): Promise<boolean> => {
    const check = { name, ...(await Promise.resolve().then(find).catch(failed)) };
    checks.push(check);
    return check.ok;
  };
  let api: KubernetesApi | undefined;
  const { context, kubeconfig, node } = options;
  const loaded = await line('context', () => {
    api = KubernetesApi.load(context, kubeconfig);
    return found(`${context}, ${api.server}`);
  });
  if (loaded && api && (await line('cluster', () => version(api!)))) {
    const cluster = api;
    let honoursConstraints = true;
    await line('gateway', async () => {
      const deployed = await listFunctions(options.gateway);
      return found(`${options.gateway.url}, ${deployed.length} functions`);
    });
    if (checks.at(-1)!.ok) {
      await line('provider', async () => {
        const info = await providerInfo(options.gateway);
        ({ honoursConstraints } = info);
        const what = [info.name || 'of no name', info.release, info.orchestration];
        return found([what.filter(Boolean).join(' '), ...info.limits].join('; '));
      });
    }
    await line('rights', () => rights(cluster, options, node !== undefined && !honoursConstraints));
    await line('free', () => free(cluster, options.functionsNamespace));
    await line('nodes', () => nodes(cluster, node));
    const exporters = await exportersOf(cluster, options);
    const measured = measuredNodes(options, exporters);
    await line('load', () => load(cluster, options, measured));
    if (options.metered) checks.push(...(await meters(options, exporters, measured)));
  }
  api?.close();
  return checks;
}

function found(detail: string): Promise<Finding> {
  return Promise.resolve({ ok: true, detail });
}

function failed(error: unknown): Finding {
  const { message, hint } = error as PowerHarnessError;
  return { ok: false, detail: message, ...(hint ? { hint } : {}) };
}

async function version(api: KubernetesApi): Promise<Finding> {
  const { gitVersion } = await api.json<{ gitVersion: string }>('/version');
  return found(`Kubernetes ${gitVersion}`);
}

async function rights(
  api: KubernetesApi,
  options: KubernetesTargetOptions,
  patches: boolean,
): Promise<Finding> {
  const missing = await missingRights(api, neededRights(options, patches));
  const needed = missing.filter(({ lost }) => lost === undefined);
  if (needed.length > 0) {
    return {
      ok: false,
      detail: `this user may not ${needed.map(rightText).join(', ')}`,
      hint: 'docs/config.md has a role with what a bench needs.',
    };
  }
  if (missing.length === 0) return found('all that a bench needs');
  const without = missing.map((right) => `without ${rightText(right)}: ${right.lost}`);
  return found(`enough; ${without.join('; ')}`);
}

async function free(api: KubernetesApi, namespace: string): Promise<Finding> {
  const holder = await BenchLease.holder(api, namespace);
  if (!holder) return found('no other bench');
  const what = `${holder.holder}, since ${holder.since}`;
  if (!holder.live)
    return found(`a bench that was killed left its lease (${what}): it is taken over`);
  return {
    ok: false,
    detail: `used by ${what}`,
    hint: 'Two benches at once would measure each other: wait for it to end.',
  };
}

async function nodes(api: KubernetesApi, asked: string | undefined): Promise<Finding> {
  const all = await clusterNodes(api);
  const names = all.map(({ name, ready }) => (ready ? name : `${name} (not ready)`)).join(', ');
  if (asked === undefined) return found(names);
  const node = all.find(({ name }) => name === asked);
  if (!node)
    return { ok: false, detail: `there is no node '${asked}'`, hint: `There are: ${names}.` };
  if (node.ready) return found(`${asked}; functions are kept on it`);
  return {
    ok: false,
    detail: `${asked} is not ready: ${node.reason}`,
    hint: 'kubectl describe node tells more.',
  };
}

/** Whether k6 can run in the cluster: said in any case, needed where it shall. */
async function load(
  api: KubernetesApi,
  options: KubernetesTargetOptions,
  measured: readonly string[],
): Promise<Finding> {
  const { drivesLoad, node } = options;
  const missing = await missingRights(api, loadRights(options, options.load));
  const lacking = missing.length > 0 && `this user may not ${missing.map(rightText).join(', ')}`;
  if (lacking && drivesLoad) {
    return { ok: false, detail: lacking, hint: 'docs/config.md has a role with what it takes.' };
  }
  if (lacking) return found(`from this machine; not in the cluster: ${lacking}`);
  const { parallelism } = options.load;
  if (drivesLoad && parallelism > 1) await assertTestRuns(api);
  try {
    const on = chooseLoadNode(await clusterNodes(api), measured, options.load.node);
    const where = `${on.node.name}${on.measured ? ', which is measured' : ''} (${options.load.image})`;
    return found(
      drivesLoad
        ? `in the cluster, ${parallelism > 1 ? `by ${parallelism} k6 ` : ''}on ${where}`
        : `from this machine; --load in-cluster would take ${where}`,
    );
  } catch (error) {
    if (drivesLoad) throw error;
    const { message } = error as Error;
    return found(`from this machine; in the cluster${node ? '' : ' without --node'}: ${message}`);
  }
}

/** Exporters as they were found; why not, where there are none. */
interface FoundExporters {
  byNode: ReadonlyMap<string, ExporterEndpoint>;
  reason: string;
}

async function exportersOf(
  api: KubernetesApi,
  { metered, exporters }: KubernetesTargetOptions,
): Promise<FoundExporters> {
  const reason = `no exporter in ${exporters.namespace} (${exporters.selector})`;
  if (!metered) return { byNode: new Map(), reason };
  try {
    return { ...(await findExporters(api, exporters)), reason };
  } catch (error) {
    return { byNode: new Map(), reason: (error as Error).message };
  }
}

/** As far as exporters tell. */
function measuredNodes(
  { node, channels }: KubernetesTargetOptions,
  { byNode }: FoundExporters,
): string[] {
  return node ? [node] : [...new Set([...byNode.keys(), ...channels.keys()])];
}

/** One line for each node's exporter, and one for Prometheus, which must do where an exporter can't be reached. */
async function meters(
  options: KubernetesTargetOptions,
  { byNode, reason }: FoundExporters,
  wanted: readonly string[],
): Promise<Check[]> {
  const { channels, prometheusUrl } = options;
  const lines: Check[] = [];
  for (const name of wanted) {
    const endpoint = byNode.get(name);
    const finding = endpoint
      ? await exporter(endpoint, name, options).catch(failed)
      : { ok: false, detail: byNode.size > 0 ? `there is none on ${name}` : reason };
    lines.push({ name: `exporter ${name}`, ...finding });
  }
  if (wanted.length === 0) lines.push({ name: 'exporters', ok: false, detail: reason });
  const unreached = lines.filter(({ ok }) => !ok);
  for (const each of unreached)
    each.hint ??= 'exporter/deploy puts one on every node that has a meter.';
  if (prometheusUrl === undefined) return lines;
  const exported = { exporters: byNode, channels, simulated: false };
  const prometheus = await PrometheusEnergy.open(prometheusUrl, exported, wanted, '')
    .then(({ sampleSeconds }): Finding => {
      return {
        ok: true,
        detail: `${prometheusUrl}, a sample each ${sampleSeconds.toPrecision(2)} s`,
      };
    })
    .catch(failed);
  if (prometheus.ok) {
    for (const each of unreached)
      Object.assign(each, { ok: true, detail: `${each.detail}; Prometheus does` });
  } else if (unreached.length === 0) {
    Object.assign(prometheus, {
      ok: true,
      detail: `${prometheus.detail} (not needed: the exporters are)`,
    });
  }
  return [...lines, { name: 'prometheus', ...prometheus }];
}

async function exporter(
  endpoint: ExporterEndpoint,
  node: string,
  options: KubernetesTargetOptions,
): Promise<Finding> {
  const offset = await measureClockOffset(endpoint);
  const nowUs = (Date.now() / 1000 + offset.seconds) * 1e6;
  const { rows } = await fetchSamples(endpoint, nowUs - FRESH_SECONDS * 1e6);
  const own = rows.filter((row) => feeds(options, [node], row));
  if (own.length === 0) {
    return {
      ok: false,
      detail: `no sample within ${FRESH_SECONDS} s from a meter that feeds ${node}`,
      hint: "Is the meter on, and is the node in the exporter's meters file by this name?",
    };
  }
  const channels = [...new Set(own.map(({ meter, channel }) => `${meter}/${channel}`))].join(', ');
  const age = nowUs / 1e6 - Math.max(...own.map(({ timeUs }) => timeUs)) / 1e6;
  const detail = `${channels}, last sample ${Math.max(0, age * 1000).toFixed(0)} ms ago, ${clockText(offset)}`;
  if (Math.abs(offset.seconds) <= MOST_OFFSET_SECONDS) return { ok: true, detail };
  return { ok: false, detail, hint: 'Set the clocks (NTP) of this machine and of the node.' };
}

function clockText({ seconds, uncertaintySeconds }: ClockOffset): string {
  const ms = (value: number) => `${(value * 1000).toFixed(1)} ms`;
  const off = Math.abs(seconds);
  const corrected = off > OFFSET_WARNING_SECONDS && off <= MOST_OFFSET_SECONDS;
  return `clock ${seconds < 0 ? '' : '+'}${ms(seconds)} ± ${ms(uncertaintySeconds)}${corrected ? ', which is corrected' : ''}`;
}
