import { Agent, request as requestHttps, type RequestOptions } from 'node:https';
import { request as requestHttp, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { TargetError, UsageError } from '../../errors.js';

const LIMIT_MS = 10_000;

export interface KubernetesAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface KubernetesCall {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: object;
  /** 10 s by default. */
  limitMs?: number;
}

/** An answer of the API server that is no success, in its own words. */
export class KubernetesError extends TargetError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(
      status === 403 ? 'RIGHTS_MISSING' : 'CLUSTER_REFUSED',
      `The cluster answers ${status}: ${message}`,
      'power-harness target check NAME says what is missing.',
    );
  }
}

/**
 * The API server of a context. The official client knows kubeconfig and every way to log in; calls are plain HTTPS over
 * connections that are kept, since proxied answers are timed.
 */
export class KubernetesApi {
  private agent: RequestOptions['agent'];

  private constructor(
    private readonly config: KubeConfig,
    readonly server: string,
  ) {}

  /** @throws UsageError where there is no such file or context */
  static load(context: string, kubeconfig?: string): KubernetesApi {
    const config = new KubeConfig();
    try {
      if (kubeconfig) config.loadFromFile(kubeconfig);
      else config.loadFromDefault();
    } catch (error) {
      throw new UsageError(
        'KUBECONFIG',
        `The kubeconfig can't be read: ${(error as Error).message}`,
        'Check KUBECONFIG, or kubeconfig in the config file.',
        { cause: error },
      );
    }
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(context)) {
      throw new UsageError(
        'CONTEXT_UNKNOWN',
        `The kubeconfig has no context '${context}'. There are: ${names.join(', ') || 'none'}.`,
        'kubectl config get-contexts shows them; context in the config file names one.',
      );
    }
    config.setCurrentContext(context);
    const server = config.getCurrentCluster()?.server;
    if (server) return new KubernetesApi(config, server.replace(/\/+$/, ''));
    throw new UsageError('CONTEXT_INVALID', `The context '${context}' names no server.`);
  }

  /** Any answer. @throws TargetError (`CLUSTER_UNREACHABLE`) */
  async call(path: string, call: KubernetesCall = {}): Promise<KubernetesAnswer> {
    const { method = 'GET', limitMs = LIMIT_MS } = call;
    const body = call.body && JSON.stringify(call.body);
    const limit = AbortSignal.timeout(limitMs);
    try {
      const options: RequestOptions = { method, signal: limit, headers: headersOf(method, body) };
      await this.config.applyToHTTPSOptions(options);
      options.agent = this.keep(options);
      const url = `${this.server}${path}`;
      const send = url.startsWith('http:') ? requestHttp : requestHttps;
      return await new Promise<KubernetesAnswer>((resolve, reject) => {
        const request = send(url, options, (response) => {
          const { statusCode: status = 0, headers } = response;
          text(response).then((answer) => resolve({ status, headers, body: answer }), reject);
        });
        request.on('error', reject);
        request.end(body);
      });
    } catch (error) {
      const { message, code } = error as Error & { code?: string };
      const why = limit.aborted ? `no answer within ${limitMs / 1000} s` : message || code;
      throw new TargetError(
        'CLUSTER_UNREACHABLE',
        `The cluster at ${this.server} can't be reached: ${why}`,
        'Does kubectl cluster-info work with this context?',
        { cause: error },
      );
    }
  }

  /** @throws KubernetesError with the API server's own words; TargetError where it can't be reached */
  async json<T>(path: string, call: KubernetesCall = {}): Promise<T> {
    const { status, body } = await this.call(path, call);
    if (status >= 200 && status < 300) return JSON.parse(body) as T;
    throw new KubernetesError(status, messageOf(body) || `HTTP ${status}`);
  }

  /** As `json`; undefined where there is no such object. */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.json<T>(path);
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** The client makes an agent for each call; one that is kept saves a TLS handshake each. */
  private keep(options: RequestOptions): RequestOptions['agent'] {
    if (!(options.agent instanceof Agent)) return options.agent;
    this.agent ??= new Agent({ ...options.agent.options, keepAlive: true });
    return this.agent;
  }

  close(): void {
    if (this.agent instanceof Agent) this.agent.destroy();
  }
}

/** The length too: Node would send the body of a DELETE without one. */
function headersOf(method: string, body: string | undefined): Record<string, string | number> {
  const accept = { Accept: 'application/json, */*' };
  if (body === undefined) return accept;
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  return { ...accept, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
}

/** An error of Kubernetes is a Status with a message; one of a proxied server is its own text. */
function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? '';
  } catch {
    return body.slice(0, 300).trim();
  }
}
