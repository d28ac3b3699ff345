import type { Warning } from '../../../attribution/result.js';
import { type ClockOffset, MOST_OFFSET_SECONDS } from '../../../energy/clock-offset.js';
import { LoadError, PowerHarnessError } from '../../../errors.js';
import type { K6Options } from '../../../load/k6-options.js';
import type { LoadGenerator } from '../../../load/load-generator.js';
import type { LoadOrigin } from '../../../run/manifest.js';
import type { KubernetesApi } from '../kubernetes-api.js';
import { K6InPod } from './k6-in-pod.js';
import { K6InPods } from './k6-in-pods.js';
import { LoadJob } from './load-job.js';
import { LOAD_CONTAINER, LOAD_FOLDER, loadLabels } from './load-pod.js';
import type { LoadNode } from './load-node.js';
import { startInPod } from './pod-exec.js';
import { podClockOffset } from './pod-clock.js';
import { PodShell } from './pod-shell.js';

const UNCERTAINTY_WARNING_SECONDS = 0.01;

export interface OpenLoadOptions {
  namespace: string;
  functionsNamespace: string;
  run: string;
  image: string;
  /** The gateway as this machine sees it, and as pods do. */
  gatewayUrl: { ours: string; inCluster: string };
  prometheusUrl?: string;
  /** More than one k6 are runners of k6-operator. */
  parallelism: number;
  starterImage?: string;
  on: LoadNode;
}

/**
 * k6 in a pod of the cluster: every k6 of a bench is run in the same one. Where several k6 share the load, each load has
 * pods of its own; what is found out before, such as rates, is still by the one.
 */
export class ClusterLoad implements LoadGenerator {
  readonly prometheusUrl?: string;
  private readonly k6: K6InPod;
  private readonly shared?: K6InPods;

  private constructor(
    api: KubernetesApi,
    private readonly job: LoadJob,
    shell: PodShell,
    private readonly options: OpenLoadOptions,
    readonly k6Version: string,
    readonly clockOffset: ClockOffset,
  ) {
    const { gatewayUrl, parallelism, on, run, functionsNamespace } = options;
    const place = { folder: LOAD_FOLDER, gatewayUrl, clockOffset };
    this.k6 = new K6InPod(shell, place);
    if (parallelism > 1) {
      const labels = loadLabels(run, functionsNamespace);
      const shared = { ...options, labels, runners: parallelism, node: on.node };
      this.shared = new K6InPods(api, shared, place);
    }
    if (options.prometheusUrl !== undefined) this.prometheusUrl = options.prometheusUrl;
  }

  /** Starts its pod, and looks at its clock. @throws LoadError, KubernetesError, TargetError */
  static async open(
    api: KubernetesApi,
    options: OpenLoadOptions,
    signal: AbortSignal,
  ): Promise<ClusterLoad> {
    const { namespace, on, image } = options;
    const job = await LoadJob.start(api, { ...options, node: on.node }, signal);
    try {
      const container = { namespace, pod: job.pod, container: LOAD_CONTAINER };
      const shell = new PodShell((command) => startInPod(api, container, command));
      const version = await k6Version(shell, image);
      const offset = await podClockOffset(shell);
      assertClock(offset, on.node.name);
      return new ClusterLoad(api, job, shell, options, version, offset);
    } catch (error) {
      await job.remove().catch(() => undefined);
      throw error;
    }
  }

  get origin(): LoadOrigin {
    const { on, image, gatewayUrl, parallelism } = this.options;
    const { seconds, uncertaintySeconds } = this.clockOffset;
    const clock = { clock_offset_seconds: seconds, clock_uncertainty_seconds: uncertaintySeconds };
    const nodes = [{ node: on.node.name, ...clock }];
    const { inCluster: gateway } = gatewayUrl;
    const shared = parallelism > 1 ? { parallelism } : {};
    return { where: 'in-cluster', nodes, image, gateway, ...shared };
  }

  get warnings(): Warning[] {
    const { measured, node } = this.options.on;
    const { uncertaintySeconds } = this.clockOffset;
    const warnings: (Warning | false)[] = [
      measured && {
        code: 'LOAD_ON_MEASURED_NODE',
        severity: 'warning',
        message: `k6 runs on ${node.name}, which is measured: its energy is in the marginal energy.`,
        hint: 'Name a node that is not measured with --load-node.',
      },
      uncertaintySeconds > UNCERTAINTY_WARNING_SECONDS && {
        code: 'LOAD_CLOCK_UNCERTAIN',
        severity: 'warning',
        message: `The clock of ${node.name}, where k6 runs, is known to ± ${(uncertaintySeconds * 1000).toFixed(0)} ms only; the interval is wider for it.`,
        hint: 'The way to the cluster is slow: measure from a machine nearer to it.',
      },
    ];
    return warnings.filter((warning) => warning !== false);
  }

  readonly run = async (options: K6Options): Promise<void> => {
    if (options.rows && this.shared) return this.shared.run(options);
    try {
      await this.k6.run(options);
    } catch (error) {
      throw options.signal.aborted ? error : await this.explained(error as Error);
    }
  };

  /** Removes its pod. @throws KubernetesError, TargetError */
  close(): Promise<void> {
    return this.job.remove();
  }

  /** Where a pod that is gone is behind an error, that is said instead. */
  private async explained(error: Error): Promise<Error> {
    const fate = await this.job.fate().catch(() => undefined);
    if (fate === undefined) return error;
    return new LoadError(
      'LOAD_POD_GONE',
      `k6's pod ${this.job.pod} on ${this.options.on.node.name} runs no more: ${fate}.`,
      'What was measured until then is in the run directory. Where its node was short of something, name another with --load-node.',
      { cause: error },
    );
  }
}

async function k6Version(shell: PodShell, image: string): Promise<string> {
  try {
    const said = await shell.ask('k6 version');
    return /\bv\d+\.\d+\.\d\S*/.exec(said)?.[0] ?? 'unknown';
  } catch (error) {
    if (!(error instanceof PowerHarnessError) || error.code !== 'LOAD_POD_FAILED') throw error;
    throw new LoadError(
      'K6_MISSING',
      `The image ${image} has no k6 that runs: ${error.message}`,
      'load.image of the target in the config file names another.',
      { cause: error },
    );
  }
}

function assertClock({ seconds }: ClockOffset, node: string): void {
  if (Math.abs(seconds) <= MOST_OFFSET_SECONDS) return;
  throw new LoadError(
    'CLOCKS_APART',
    `The clock of ${node}, where k6 runs, is ${seconds.toFixed(1)} s off ours.`,
    'Set the clocks (NTP) on both machines.',
  );
}
