import { PassThrough, Readable } from 'node:stream';
import type { V1ContainerState, V1Pod } from '@kubernetes/client-node';
import { LoadError } from '../../../errors.js';
import type { K6Process } from '../../../load/follow-k6.js';
import { parseK6Line } from '../../../load/k6-output.js';
import { sleep } from '../../../processes/sleep.js';
import { parseEnded } from './k6-holder.js';
import type { KubernetesApi } from '../kubernetes-api.js';
import { podTrouble } from '../pod-trouble.js';
import { podsOf } from '../pods-of.js';
import { LOAD_CONTAINER } from './load-pod.js';
import {
  configMapOf,
  secretOf,
  type SharedLoad,
  type TestRun,
  testRunOf,
} from './test-run-manifest.js';
import { testRunPath } from './test-runs.js';

/** The operator looks at what is new at once. */
const NOTICE_SECONDS = 30;
/** Until the first request: pods are made, images pulled, the operator waits for its services. */
export const START_SECONDS = 180;
const POLL_SECONDS = 0.5;
const STOPPED = { how: 'it was stopped' };

/**
 * The k6 of a TestRun, as one: several runners whose k6 each run a segment of the same scenarios. The lines of all of
 * them are its output, and it has ended when all have. The runners stay, with their files, until `remove`.
 */
export class SharedK6 implements K6Process {
  readonly stdout = new PassThrough();
  readonly stderr = Readable.from([]);
  readonly ended: K6Process['ended'];
  private readonly stop = new AbortController();
  private readonly following = new Map<string, Promise<void>>();
  private readonly heardMs = new Map<string, number>();
  private readonly codes = new Map<string, number>();
  private started = false;

  private constructor(
    private readonly api: KubernetesApi,
    private readonly load: SharedLoad,
  ) {
    this.ended = this.untilEnded()
      .catch((error: unknown) => {
        if (!this.stop.signal.aborted) throw error;
        return STOPPED;
      })
      .finally(async () => {
        this.stop.abort();
        await Promise.allSettled(this.following.values());
        this.stdout.end();
      });
    this.ended.catch(() => undefined); // told to who follows it
  }

  /** @throws UsageError (`PAYLOADS_TOO_LARGE`), KubernetesError, TargetError */
  static async start(api: KubernetesApi, load: SharedLoad): Promise<SharedK6> {
    const { name, namespace } = load;
    const secret = secretOf(load);
    const parts = [
      { path: partsPath(namespace, 'configmaps'), body: configMapOf(load) },
      ...(secret ? [{ path: partsPath(namespace, 'secrets'), body: secret }] : []),
    ];
    try {
      for (const { path, body } of parts) await api.json(path, { method: 'POST', body });
      // Strict: an operator that is too old would leave out what it doesn't know.
      const { metadata } = await api.json<TestRun>(
        `${testRunPath(namespace)}?fieldValidation=Strict`,
        { method: 'POST', body: testRunOf(load) },
      );
      // Then they go with the TestRun, also with one whose bench was killed.
      const owner = { apiVersion: 'k6.io/v1alpha1', kind: 'TestRun', name, uid: metadata.uid };
      const body = { metadata: { ownerReferences: [owner] } };
      for (const { path } of parts) await api.json(`${path}/${name}`, { method: 'PATCH', body });
    } catch (error) {
      await remove(api, load);
      throw error;
    }
    return new SharedK6(api, load);
  }

  /** The pods whose k6 has ended. */
  get runners(): string[] {
    return [...this.codes.keys()].toSorted();
  }

  kill(): void {
    this.stop.abort();
    void remove(this.api, this.load);
  }

  /** Ends it where it has not ended, and takes everything away. Never throws. */
  async remove(): Promise<void> {
    this.stop.abort();
    await Promise.allSettled([this.ended, remove(this.api, this.load)]);
  }

  private async untilEnded(): Promise<Awaited<K6Process['ended']>> {
    const { name, namespace } = this.load;
    const createdMs = performance.now();
    while (this.codes.size < this.load.runners) {
      if (this.stop.signal.aborted) return STOPPED;
      const pods = await podsOf(this.api, namespace, `k6_cr=${name}`).catch((error: unknown) => {
        if (this.started) return []; // the load goes on without our looking
        throw error;
      });
      const own = pods.filter(({ metadata }) => metadata?.labels?.['runner'] === 'true');
      own.forEach((pod) => this.follow(pod));
      own.forEach((pod) => this.assertHeld(pod));
      if (!this.started) await this.assertPreparing(pods, (performance.now() - createdMs) / 1000);
      await sleep(POLL_SECONDS * 1000, this.stop.signal).catch(() => undefined);
    }
    return { exitCode: [...this.codes.values()].find((code) => code !== 0) ?? 0 };
  }

  /** What a runner prints, taken up again where the connection is lost. */
  private follow(pod: V1Pod): void {
    const name = pod.metadata!.name!;
    const { running, terminated } = stateOf(pod);
    if (this.following.has(name) || this.codes.has(name) || (!running && !terminated)) return;
    const heardMs = this.heardMs.get(name);
    const again =
      heardMs === undefined
        ? ''
        : `&sinceSeconds=${Math.ceil((performance.now() - heardMs) / 1000) + 1}`;
    const log = `/api/v1/namespaces/${this.load.namespace}/pods/${name}/log`;
    const path = `${log}?container=${LOAD_CONTAINER}&follow=true${again}`;
    const lines = this.api.lines(path, (line) => this.take(name, line), this.stop.signal);
    this.following.set(
      name,
      lines.catch(() => undefined).finally(() => this.following.delete(name)),
    );
  }

  private take(runner: string, line: string): void {
    this.heardMs.set(runner, performance.now());
    this.started ||= parseK6Line(line)?.kind === 'start';
    const code = parseEnded(line);
    if (code === undefined) this.stdout.write(`${line}\n`);
    else this.codes.set(runner, code);
  }

  /** @throws LoadError where it can't begin */
  private async assertPreparing(pods: readonly V1Pod[], seconds: number): Promise<void> {
    const { name, namespace } = this.load;
    for (const pod of pods.filter(({ status }) => status?.phase !== 'Succeeded')) {
      const trouble = podTrouble(pod);
      if (!trouble || seconds < trouble.patienceSeconds) continue;
      throw new LoadError(
        'K6_NOT_READY',
        `${pod.metadata!.name} does not get ready: ${trouble.reason}.`,
        'load.image and load.starter_image in the config file name what these pods run.',
      );
    }
    const testRun = await this.api.find<TestRun>(testRunPath(namespace, name));
    if (!testRun) {
      throw new LoadError('TEST_RUN_GONE', `The TestRun ${name} was removed before it ran.`);
    }
    const stage = testRun.status?.stage;
    if (!stage && seconds > NOTICE_SECONDS) {
      throw new LoadError(
        'OPERATOR_SILENT',
        `k6-operator took no notice of a TestRun in ${namespace} for ${NOTICE_SECONDS} s.`,
        'Does it run, and watch this namespace (WATCH_NAMESPACE)? Or leave out --load-parallelism.',
      );
    }
    if (seconds < START_SECONDS) return;
    throw new LoadError(
      'K6_NOT_READY',
      `The TestRun ${name} (${stage ?? 'no stage'}) sent no request within ${START_SECONDS} s.`,
      "k6-operator's log says what it waits for.",
    );
  }

  /** A runner stays until it is removed: one that ended was ended by others. */
  private assertHeld(pod: V1Pod): void {
    const name = pod.metadata!.name!;
    const { terminated } = stateOf(pod);
    if (!terminated || this.codes.has(name)) return;
    const { reason = 'no reason', exitCode } = terminated;
    throw new LoadError(
      'K6_FAILED',
      `${name} ended before its k6 (${reason}, exit code ${exitCode}).`,
    );
  }
}

async function remove(api: KubernetesApi, { namespace, name, live }: SharedLoad): Promise<void> {
  const body = { propagationPolicy: 'Background' };
  for (const path of [
    testRunPath(namespace, name),
    `${partsPath(namespace, 'configmaps')}/${name}`,
    ...(live ? [`${partsPath(namespace, 'secrets')}/${name}`] : []),
  ])
    await api.call(path, { method: 'DELETE', body }).catch(() => undefined);
}

function partsPath(namespace: string, kind: 'configmaps' | 'secrets'): string {
  return `/api/v1/namespaces/${namespace}/${kind}`;
}

function stateOf({ status }: V1Pod): V1ContainerState {
  return status?.containerStatuses?.find(({ name }) => name === LOAD_CONTAINER)?.state ?? {};
}
