import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { V1ConfigMap } from '@kubernetes/client-node';
import { sleep } from '../../../processes/sleep.js';
import { findProgram } from '../../../tools/program.js';
import type { ClusterStandIn } from '../cluster-stand-in.js';
import { LocalShell } from './local-shell.js';
import type { TestRun } from './test-run-manifest.js';

const RUNNING = { phase: 'Running', containerStatuses: [{ name: 'k6', state: { running: {} } }] };

/** A runner: its pod's shell is in the folder that k6 writes to. */
interface Runner {
  child: ChildProcess;
  port: number;
  shell: LocalShell;
}

/**
 * k6-operator for tests: runners are processes of this machine with the command line of k6-operator 1.6, started paused
 * and resumed one after the other; they end when their TestRun is removed.
 */
export class OperatorStandIn {
  readonly runners = new Map<string, Runner>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'operator-'));
  private readonly stop = new AbortController();
  private readonly looking: Promise<void>;

  constructor(
    private readonly cluster: ClusterStandIn,
    private readonly namespace: string,
  ) {
    this.looking = this.look();
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.looking;
    for (const { child } of this.runners.values()) child.kill('SIGTERM');
  }

  private get testRuns(): string {
    return `/apis/k6.io/v1alpha1/namespaces/${this.namespace}/testruns/`;
  }

  private async look(): Promise<void> {
    const { signal } = this.stop;
    for (; !signal.aborted; await sleep(50, signal).catch(() => undefined)) {
      const found = [...this.cluster.objects].filter(([path]) => path.startsWith(this.testRuns));
      for (const [path, object] of found) {
        const testRun = object as unknown as TestRun;
        if (testRun.status) continue;
        this.cluster.put(path, { ...object, status: { stage: 'created' } });
        await this.run(testRun);
        this.cluster.put(path, { ...object, status: { stage: 'started' } });
      }
      if (found.length > 0) continue;
      for (const [name, { child }] of this.runners) {
        if (child.exitCode !== null) continue;
        child.kill('SIGTERM');
        await once(child, 'exit');
        this.cluster.objects.delete(`/api/v1/namespaces/${this.namespace}/pods/${name}`);
      }
    }
  }

  private async run({ metadata: { name }, spec }: TestRun): Promise<void> {
    const { parallelism } = spec;
    const started: Runner[] = [];
    for (let index = 1; index <= parallelism; index++)
      started.push(await this.start(name, index, spec));
    for (const { port } of started) await resume(port, this.stop.signal);
  }

  private async start(name: string, index: number, spec: TestRun['spec']): Promise<Runner> {
    const { parallelism, runner } = spec;
    const pod = `${name}-${index}-x`;
    const shell = new LocalShell();
    const port = await freePort();
    const at = (part: number) =>
      part === 0 ? '0' : part === parallelism ? '1' : `${part}/${parallelism}`;
    const sequence = Array.from({ length: parallelism + 1 }, (_, part) => at(part)).join(',');
    const [mounted, holder] = this.mount(name);
    const env = Object.fromEntries(runner.env!.map((each) => [each.name, each.value]));
    const path = [holder, dirname(findProgram('k6')), process.env['PATH']].join(delimiter);
    const child = spawn(
      'k6',
      [
        ...['run', `--execution-segment=${at(index - 1)}:${at(index)}`],
        ...[`--execution-segment-sequence=${sequence}`, ...spec.arguments.split(' ')],
        ...[join(mounted, 'script.js'), `--address=127.0.0.1:${port}`, '--paused'],
        ...['--tag', `instance_id=${index}`, '--tag', `testrun_name=${name}`],
      ],
      { env: { ...env, PATH: path, LOAD_FOLDER: shell.folder, HOME: shell.folder } },
    );
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (printed += data.toString()));
    const labels = { k6_cr: name, runner: 'true' };
    this.cluster.pod(this.namespace, pod, { metadata: { labels }, status: RUNNING });
    const log = `/api/v1/namespaces/${this.namespace}/pods/${pod}/log`;
    let told = 0;
    this.cluster.proxied.set(log, () => {
      const from = told;
      told = printed.lastIndexOf('\n') + 1;
      return { body: printed.slice(from, told) };
    });
    const started = { child, port, shell };
    this.runners.set(pod, started);
    return started;
  }

  /** @returns where the ConfigMap is, and where the file of it that is found before k6 */
  private mount(name: string): [string, string] {
    const path = `/api/v1/namespaces/${this.namespace}/configmaps/${name}`;
    const { data, binaryData } = this.cluster.objects.get(path) as unknown as V1ConfigMap;
    const folder = mkdtempSync(join(this.folder, 'mounted-'));
    for (const [key, text] of Object.entries(data!)) writeFileSync(join(folder, key), text);
    for (const [key, text] of Object.entries(binaryData!))
      writeFileSync(join(folder, key), Buffer.from(text, 'base64'));
    const holder = join(folder, 'holder');
    mkdirSync(holder);
    writeFileSync(join(holder, 'k6'), data!['k6']!, { mode: 0o555 });
    return [folder, holder];
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

/** As the operator's starter does, with the same words. */
async function resume(port: number, signal: AbortSignal): Promise<void> {
  const body = { data: { attributes: { paused: false }, id: 'default', type: 'status' } };
  const request = {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
  for (let tries = 0; tries < 300 && !signal.aborted; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/status`, request).catch(
      () => undefined,
    );
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
