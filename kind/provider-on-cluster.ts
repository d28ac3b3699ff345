import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { KIND_CLUSTER } from '../harness/src/cluster/kind-cluster.js';
import { functionsRoot } from '../harness/src/provider/provider-process.js';
import { WORKERS } from './bench-on-kind.js';
import { docker } from './docker.js';
import { kubectl } from './kubectl.js';
import { kustomize, type Manifest } from './manifests.js';

const run = promisify(execFile);
const LIMIT_MS = 120_000;
/** What a deployment of the provider's tests names. */
const FUNCTION_IMAGE = 'test/function:latest';

/** The provider and the gateway as in the cluster's own manifests, but in namespaces that the tests have for themselves. */
export class ProviderOnCluster {
  readonly namespace: string;
  readonly functions: string;
  readonly password = 'open sesame';
  private readonly forwards = new Map<string, { child: ChildProcess; url: string }>();

  constructor(name: string) {
    this.namespace = name;
    this.functions = `${name}-fn`;
  }

  /** Of a service of these, `provider` or `gateway`, once it was forwarded. */
  url(service: string): string {
    return this.forwards.get(service)!.url;
  }

  async open(): Promise<void> {
    await loadFunctionImage();
    for (const namespace of [this.namespace, this.functions]) {
      await kubectl('create', 'namespace', namespace);
      // Neither they nor their functions may ask for more than this.
      await kubectl(
        'label',
        'namespace',
        namespace,
        'pod-security.kubernetes.io/enforce=restricted',
      );
    }
    await kubectl(
      ...['--namespace', this.namespace, 'create', 'secret', 'generic', 'basic-auth'],
      ...[
        '--from-literal=basic-auth-user=admin',
        `--from-literal=basic-auth-password=${this.password}`,
      ],
    );
    await this.apply(this.manifests());
    await this.settled();
    for (const service of ['provider', 'gateway']) await this.forward(service);
  }

  /** Both are ready as they are to be. */
  async settled(): Promise<void> {
    for (const deployment of ['power-provider', 'gateway']) {
      await kubectl(
        ...['--namespace', this.namespace, 'rollout', 'status', `deployment/${deployment}`],
        '--timeout=120s',
      );
    }
  }

  /** A service's port on loopback; a pod that has ended takes its forwarding with it. */
  async forward(service: string): Promise<void> {
    this.forwards.get(service)?.child.kill();
    const child = spawn(
      'kubectl',
      [
        ...['--context', KIND_CLUSTER.context, '--namespace', this.namespace, 'port-forward'],
        ...[`service/${service}`, `:${service === 'gateway' ? 8080 : 8081}`],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`${service} can't be forwarded`)));
      child.stdout.on('data', (chunk: Buffer) => {
        const port = /127\.0\.0\.1:(\d+)/.exec(chunk.toString())?.[1];
        if (port) resolve(`http://127.0.0.1:${port}`);
      });
    });
    this.forwards.set(service, { child, url });
  }

  async close(): Promise<void> {
    for (const { child } of this.forwards.values()) child.kill();
    await kubectl('delete', 'namespace', this.namespace, this.functions, '--ignore-not-found');
  }

  private manifests(): Manifest[] {
    const own = JSON.stringify(
      kustomize(join(import.meta.dirname, 'openfaas')).filter(
        ({ kind, metadata }) => kind !== 'Namespace' && metadata.name !== 'prometheus',
      ),
    )
      .replaceAll(/"openfaas(-fn)?"/g, (_, fn: string | undefined) =>
        JSON.stringify(fn ? this.functions : this.namespace),
      )
      .replaceAll('--namespace=openfaas-fn', `--namespace=${this.functions}`)
      .replaceAll('provider.openfaas:', `provider.${this.namespace}:`)
      .replaceAll(/"nodePort":\d+,?/g, '');
    return JSON.parse(own) as Manifest[];
  }

  private async apply(manifests: Manifest[]): Promise<void> {
    const file = join(functionsRoot(), 'manifests.yaml');
    writeFileSync(file, manifests.map((each) => stringify(each)).join('---\n'));
    await kubectl('apply', '--filename', file);
    rmSync(file);
  }
}

/** The function for tests as an image, on the nodes where functions run. */
async function loadFunctionImage(): Promise<void> {
  const folder = functionsRoot();
  writeFileSync(
    join(folder, 'Dockerfile'),
    'FROM node:22-bookworm-slim\nCOPY function.mjs /\nCMD ["node", "/function.mjs"]\n',
  );
  await docker('build', '--quiet', '--tag', FUNCTION_IMAGE, folder);
  rmSync(folder, { recursive: true });
  for (const node of WORKERS) {
    const load = `docker save ${FUNCTION_IMAGE} | docker exec -i ${node} ctr --namespace=k8s.io images import -`;
    await run('bash', ['-o', 'pipefail', '-c', load], { timeout: LIMIT_MS });
  }
}
