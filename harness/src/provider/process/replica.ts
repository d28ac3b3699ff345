import { spawn, type ChildProcess } from 'node:child_process';
import { get } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tiedToParent } from '../../processes/command-line.js';
import type { Endpoint } from '../backend.js';
import type { LogRing } from './log-ring.js';
import type { ProcessSpec } from './process-spec.js';

const POLL_MS = 25;
const PROBE_LIMIT_MS = 1000;
const GRACE_MS = 5000;

export interface ReplicaOptions {
  functionName: string;
  instance: string;
  spec: ProcessSpec;
  env: Record<string, string>;
  log: LogRing;
  /** A cgroup that its processes run in. */
  cgroup?: string;
}

/** One process of a function, on a port of its own. */
export class Replica implements Endpoint {
  readonly instance: string;
  readonly origin: string;
  readonly startedMs = Date.now();
  ready = false;
  retired = false;
  inFlight = 0;
  requests = 0;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  private hasEnded = false;

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    private readonly options: ReplicaOptions,
  ) {
    this.instance = options.instance;
    this.origin = `http://127.0.0.1:${port}`;
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        options.log.add(this.instance, `can't be started: ${error.message}`);
        this.end();
        resolve();
      });
      child.once('close', (code, signal) => {
        if (!this.retired)
          options.log.add(this.instance, `ended by itself (${signal ?? `exit code ${code}`})`);
        this.end();
        resolve();
      });
    });
  }

  static async start(options: ReplicaOptions): Promise<Replica> {
    const port = await freePort();
    const { spec, log, instance, functionName, cgroup } = options;
    const [command, args] = tiedToParent(spec.command, spec.args, {
      deathSignal: 'KILL',
      ...(cgroup ? { cgroup } : {}),
    });
    const child = spawn(command, args, {
      cwd: spec.directory,
      detached: true, // its own process group, so that its children end with it
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...inherited(),
        ...options.env,
        PORT: String(port),
        HOST: '127.0.0.1',
        REPLICA_NAME: instance,
        OPENFAAS_NAME: functionName,
      },
    });
    const replica = new Replica(child, port, options);
    log.follow(instance, child.stdout);
    log.follow(instance, child.stderr);
    return replica;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return !this.hasEnded;
  }

  release(): void {
    this.inFlight--;
  }

  /** Polls until it answers; false, with the reason in the log, where it does not in time. */
  async awaitReady(): Promise<boolean> {
    const { path, seconds } = this.options.spec.readiness;
    const endMs = Date.now() + seconds * 1000;
    let reason = 'no answer';
    while (Date.now() < endMs && this.running && !this.retired) {
      reason = await probe(this.port, path);
      if (reason === '') {
        this.ready = this.running && !this.retired;
        return this.ready;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (this.running && !this.retired) {
      this.options.log.add(
        this.instance,
        `not ready after ${seconds} s: ${path} on its port: ${reason}`,
      );
    }
    return false;
  }

  /** Takes no new requests, waits for those in flight, and ends the process group. */
  async stop(drainMs = 0): Promise<void> {
    this.retired = true;
    this.ready = false;
    const endMs = Date.now() + drainMs;
    while (this.inFlight > 0 && Date.now() < endMs && this.running) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    this.signal('SIGTERM');
    const kill = setTimeout(() => this.signal('SIGKILL'), GRACE_MS);
    await this.ended;
    clearTimeout(kill);
  }

  private end(): void {
    this.ready = false;
    this.hasEnded = true;
    this.signal('SIGKILL'); // what it started itself
  }

  private signal(name: NodeJS.Signals): void {
    if (!this.child.pid) return;
    try {
      process.kill(-this.child.pid, name);
    } catch {
      return; // the group is gone
    }
  }
}

/** Nothing of the provider's environment but what any program needs. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TZ'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Empty where it answers well, else why not. */
function probe(port: number, path: string): Promise<string> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, timeout: PROBE_LIMIT_MS, agent: false });
    request.once('response', (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 300 ? '' : `it answers ${status}`);
    });
    request.once('timeout', () =>
      request.destroy(new Error(`no answer within ${PROBE_LIMIT_MS} ms`)),
    );
    request.once('error', (error) => resolve(error.message));
  });
}
