import { once } from 'node:events';
import { Agent, request as requestHttps, type RequestOptions } from 'node:https';
import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Readable, Writable } from 'node:stream';
import { Exec, KubeConfig, type V1Status } from '@kubernetes/client-node';
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

/** A command to run in a container. */
export interface ExecCall {
  namespace: string;
  pod: string;
  container: string;
  command: readonly string[];
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
}

/** The connection of a command, as far as it is needed: a WebSocket of the package ws. */
export interface ExecSocket {
  on(event: 'close' | 'pong' | 'message', listener: () => void): unknown;
  ping(): void;
  terminate(): void;
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
    const { limitMs = LIMIT_MS } = call;
    const limit = AbortSignal.timeout(limitMs);
    try {
      const response = await this.send(path, call, limit);
      const { statusCode: status = 0, headers } = response;
      return { status, headers, body: await text(response) };
    } catch (error) {
      const { message, code } = error as Error & { code?: string };
      const why = limit.aborted ? `no answer within ${limitMs / 1000} s` : message || code;
      throw this.unreachable(why ?? 'no connection', error);
    }
  }

  /**
   * Takes the lines of an answer that goes on, such as a log that is followed, until it ends.
   * @throws Error where it breaks off, does not begin with success, or `signal` ends it
   */
  async lines(path: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
    const response = await this.send(path, {}, signal);
    if (response.statusCode !== 200) {
      throw new KubernetesError(response.statusCode ?? 0, messageOf(await text(response)));
    }
    response.setEncoding('utf8');
    let rest = '';
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop()!;
      lines.forEach(onLine);
    }
    if (rest) onLine(rest);
  }

  private async send(
    path: string,
    { method = 'GET', body: object }: KubernetesCall,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const body = object && JSON.stringify(object);
    const options: RequestOptions = { method, signal, headers: headersOf(method, body) };
    await this.config.applyToHTTPSOptions(options);
    options.agent = this.keep(options);
    const url = `${this.server}${path}`;
    const request = (url.startsWith('http:') ? requestHttp : requestHttps)(url, options);
    request.on('error', () => undefined); // what comes after the answer's beginning shows in the answer
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
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

  /**
   * Starts a command in a container; the official client speaks the protocol. The socket closes at its end.
   * @param onStatus - gets how it ended, before that
   * @throws KubernetesError, TargetError (`CLUSTER_UNREACHABLE`)
   */
  async exec(call: ExecCall, onStatus: (status: V1Status) => void): Promise<ExecSocket> {
    const { namespace, pod, container, command, stdin, stdout, stderr } = call;
    const exec = new Exec(this.config);
    const line = [...command];
    // prettier-ignore
    const opened = exec.exec(namespace, pod, container, line, stdout, stderr, stdin, false, onStatus) as Promise<unknown> as Promise<ExecSocket>;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${LIMIT_MS / 1000} s`));
        opened.then(
          (socket) => socket.terminate(),
          () => undefined,
        );
      }, LIMIT_MS);
    });
    try {
      return await Promise.race([opened, late]);
    } catch (error) {
      const message = (error as { message?: string }).message || 'no connection';
      const status = Number(/server response: (\d+)/.exec(message)?.[1] ?? 0);
      if (status > 0) throw new KubernetesError(status, `exec in the pod ${pod} of ${namespace}`);
      throw this.unreachable(message, error);
    } finally {
      clearTimeout(timer);
    }
  }

  private unreachable(why: string, cause: unknown): TargetError {
    return new TargetError(
      'CLUSTER_UNREACHABLE',
      `The cluster at ${this.server} can't be reached: ${why}`,
      'Does kubectl cluster-info work with this context?',
      { cause },
    );
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
