import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LoadError } from '../../../errors.js';
import { followK6, writeScript } from '../../../load/follow-k6.js';
import { type K6Options, REQUESTS_FILE } from '../../../load/k6-options.js';
import type { K6Event } from '../../../load/k6-output.js';
import { type K6Config, SUMMARY_FILE } from '../../../load/k6-script.js';
import { mergeRows } from '../../../load/merge-rows.js';
import { mergeSummaries, type WrittenSummary } from '../../../load/merge-summaries.js';
import type { KubernetesApi } from '../kubernetes-api.js';
import { LOAD_CONTAINER } from './load-pod.js';
import { startInPod } from './pod-exec.js';
import { asPodsSee, byOurClock, microsecondsToOurs, type PodPlace } from './pod-place.js';
import { PodShell } from './pod-shell.js';
import { SharedK6, START_SECONDS } from './shared-k6.js';
import type { SharedLoad } from './test-run-manifest.js';

/** What all loads of a bench have in common. */
export type K6InPodsOptions = Pick<
  SharedLoad,
  'namespace' | 'labels' | 'runners' | 'image' | 'starterImage' | 'node'
>;

/** Several k6 that share a load, each in a pod of its own, by a TestRun of k6-operator. */
export class K6InPods {
  /** @param shellOf - of a runner's pod */
  constructor(
    private readonly api: KubernetesApi,
    private readonly options: K6InPodsOptions,
    private readonly place: PodPlace,
    private readonly shellOf = (pod: string) =>
      new PodShell((command) =>
        startInPod(api, { namespace: options.namespace, pod, container: LOAD_CONTAINER }, command),
      ),
  ) {}

  /**
   * As `RunK6`, with rows. What they leave is put together: rows one runner after the other, counts added. Where they
   * are stopped, only script, configuration and log stay.
   * @throws LoadError (`OPERATOR_SILENT`, `K6_NOT_READY`, `TEST_RUN_GONE` ... besides those of one k6), UsageError
   * (`PAYLOADS_TOO_LARGE`), KubernetesError, TargetError, or the signal's reason
   */
  async run(options: K6Options): Promise<void> {
    await writeScript(options);
    const { live, limitSeconds } = options;
    const config = asPodsSee(options.config, this.place);
    const k6 = await SharedK6.start(this.api, {
      ...this.options,
      name: `power-harness-load-${randomBytes(4).toString('hex')}`,
      config,
      payloads: await payloadsOf(config),
      ...(live ? { live } : {}),
    });
    try {
      await followK6(k6, {
        ...options,
        limitSeconds: START_SECONDS + limitSeconds,
        onEvent: (event) => options.onEvent?.(this.ofAll(byOurClock(event, this.place))),
      });
      await this.collect(k6.runners, options.directory);
    } finally {
      await k6.remove();
    }
  }

  /** Each runner tells the progress of its own part; the parts are equal but for one call. */
  private ofAll(event: K6Event): K6Event {
    if (event.kind !== 'progress') return event;
    return { ...event, iterations: event.iterations * this.options.runners };
  }

  private async collect(runners: readonly string[], directory: string): Promise<void> {
    const archives: string[] = [];
    const summaries: WrittenSummary[] = [];
    for (const pod of runners) {
      const shell = this.shellOf(pod);
      const archive = join(directory, `${pod}.csv.gz`);
      const sink = () => createWriteStream(archive);
      if (!(await shell.fetch(`${this.place.folder}/${REQUESTS_FILE}`, sink)))
        throw new LoadError('K6_FAILED', `k6 in the pod ${pod} left no rows.`);
      archives.push(archive);
      const summary = await shell.ask('cat "$1"', `${this.place.folder}/${SUMMARY_FILE}`);
      summaries.push(JSON.parse(summary) as WrittenSummary);
    }
    await mergeRows(archives, join(directory, REQUESTS_FILE), microsecondsToOurs(this.place));
    for (const archive of archives) await rm(archive);
    const merged = JSON.stringify(mergeSummaries(summaries), null, 1);
    await writeFile(join(directory, SUMMARY_FILE), merged);
  }
}

async function payloadsOf({ calls }: K6Config): Promise<Map<string, Buffer>> {
  const payloads = new Map<string, Buffer>();
  for (const { payload_file: file } of Object.values(calls)) {
    if (file !== null && !payloads.has(file)) payloads.set(file, await readFile(file));
  }
  return payloads;
}
