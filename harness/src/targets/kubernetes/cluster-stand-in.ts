import { createServer, type IncomingMessage, type Server } from 'node:http';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

type KubernetesObject = Record<string, unknown> & {
  metadata?: { name?: string; labels?: Record<string, string>; resourceVersion?: string };
};

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body: string | object;
}

/** An API server with objects, rights and proxied answers, for tests: paths, labels and versions as Kubernetes has them. */
export class ClusterStandIn {
  readonly objects = new Map<string, KubernetesObject>();
  /** What the user may not, such as `get pods/proxy`. */
  readonly denied = new Set<string>();
  /** Answers of what is behind the proxy, by the beginning of the path. */
  readonly proxied = new Map<string, (url: URL) => Reply>();
  private version = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      void this.answer(request).then(({ status = 200, headers = {}, body }) => {
        response.writeHead(status, headers);
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  }

  static async start(): Promise<ClusterStandIn> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ClusterStandIn(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A kubeconfig whose context `lab` is this. */
  kubeconfig(): string {
    const file = join(mkdtempSync(join(tmpdir(), 'kubeconfig-')), 'config');
    const cluster = { server: this.url, 'insecure-skip-tls-verify': true };
    writeFileSync(
      file,
      JSON.stringify({
        clusters: [{ name: 'lab', cluster }],
        users: [{ name: 'me', user: {} }],
        contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'me' } }],
      }),
    );
    return file;
  }

  put(path: string, object: KubernetesObject): void {
    const name = path.split('/').at(-1)!;
    const resourceVersion = String(++this.version);
    this.objects.set(path, { ...object, metadata: { name, ...object.metadata, resourceVersion } });
  }

  node(name: string, ready = true): void {
    const conditions = [
      { type: 'Ready', status: ready ? 'True' : 'Unknown', message: 'kubelet says so' },
    ];
    this.put(`/api/v1/nodes/${name}`, {
      metadata: { labels: { 'kubernetes.io/hostname': name } },
      status: { conditions },
    });
  }

  pod(namespace: string, name: string, object: KubernetesObject): void {
    this.put(`/api/v1/namespaces/${namespace}/pods/${name}`, {
      status: { phase: 'Running' },
      ...object,
    });
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage): Promise<Reply> {
    const url = new URL(request.url!, 'http://api');
    const { pathname: path } = url;
    const body = request.headers['content-type'] ? ((await json(request)) as never) : undefined;
    if (path === '/version') return { body: { gitVersion: 'v1.34.4' } };
    if (path.endsWith('/selfsubjectaccessreviews')) return { body: this.review(body as never) };
    const [, proxy] = [...this.proxied].find(([start]) => path.startsWith(start)) ?? [];
    if (proxy) return proxy(url);
    if (path.includes('/proxy')) return { status: 503, body: 'no endpoints' };
    return this.store(request.method!, url, body as KubernetesObject | undefined);
  }

  private review({ spec }: { spec: { resourceAttributes: Record<string, string> } }): object {
    const { verb, resource, subresource } = spec.resourceAttributes;
    const right = `${verb} ${resource}${subresource ? `/${subresource}` : ''}`;
    return { status: { allowed: !this.denied.has(right) } };
  }

  private store(
    method: string,
    { pathname: path, searchParams }: URL,
    body?: KubernetesObject,
  ): Reply {
    const there = this.objects.get(path);
    if (method === 'POST') {
      const own = `${path}/${body?.metadata?.name}`;
      if (this.objects.has(own)) return refusal(409, 'already exists');
      this.put(own, body!);
      return { status: 201, body: this.objects.get(own)! };
    }
    if (!there && method === 'GET' && /\/(pods|nodes|deployments|jobs|testruns)$/.test(path)) {
      return { body: { items: this.list(path, searchParams.get('labelSelector') ?? '') } };
    }
    if (!there) return refusal(404, `${path} not found`);
    if (method === 'PUT') {
      if (body?.metadata?.resourceVersion !== there.metadata?.resourceVersion)
        return refusal(409, 'the object has been modified');
      this.put(path, body!);
    }
    if (method === 'PATCH') this.put(path, merged(there, body) as KubernetesObject);
    if (method === 'DELETE') this.objects.delete(path);
    return { body: this.objects.get(path) ?? there };
  }

  private list(path: string, selector: string): KubernetesObject[] {
    const [label, value] = selector.split('=');
    const everywhere = path === '/api/v1/pods' && /^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+$/;
    return [...this.objects]
      .filter(([own]) =>
        everywhere
          ? everywhere.test(own)
          : own.startsWith(`${path}/`) && !own.slice(path.length + 1).includes('/'),
      )
      .map(([, object]) => object)
      .filter(({ metadata }) => {
        if (!label) return true;
        const found = metadata?.labels?.[label];
        return value === undefined ? found !== undefined : found === value;
      });
  }
}

function refusal(status: number, message: string): Reply {
  return { status, body: { kind: 'Status', message, code: status } };
}

/** A JSON merge patch (RFC 7396). */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result = new Map(Object.entries(target as object));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, merged(result.get(key) ?? {}, value));
  }
  return Object.fromEntries(result);
}
