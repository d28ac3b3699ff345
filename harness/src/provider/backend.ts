/** What the OpenFaaS API is served from: processes of this machine, or a Kubernetes cluster. */
export interface Backend {
  /** For /system/info. */
  readonly orchestration: string;
  /** The one namespace that functions are in. */
  readonly namespace: string;
  list(): Promise<FunctionStatus[]>;
  /** Undefined where there is no such function. */
  describe(name: string, withUsage: boolean): Promise<FunctionStatus | undefined>;
  /** Accepts the deployment; it gets ready later. @throws ApiError */
  create(deployment: FunctionDeployment): Promise<void>;
  /** @throws ApiError, 404 where there is no such function */
  update(deployment: FunctionDeployment): Promise<void>;
  remove(name: string): Promise<void>;
  scale(name: string, replicas: number): Promise<void>;
  /**
   * A replica to send a request to, counted as busy until released; at once where one is ready. Scales from zero.
   * @throws ApiError 404, or 503 where none is ready
   */
  acquire(name: string): Endpoint | Promise<Endpoint>;
  replicas(): Promise<ReplicaStatus[]>;
  logs(query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine>;
  secrets: SecretStore;
  close(): Promise<void>;
}

/** As faas-provider's types.FunctionDeployment. */
export interface FunctionDeployment {
  service: string;
  image: string;
  namespace?: string;
  envProcess?: string;
  envVars?: Record<string, string>;
  constraints?: string[];
  secrets?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  limits?: { memory?: string; cpu?: string };
  requests?: { memory?: string; cpu?: string };
  readOnlyRootFilesystem?: boolean;
}

/** As faas-provider's types.FunctionStatus. */
export interface FunctionStatus extends Omit<FunctionDeployment, 'service'> {
  name: string;
  namespace: string;
  invocationCount: number;
  replicas: number;
  availableReplicas: number;
  createdAt: string;
  /** CPU in thousandths of a core, mean since start. */
  usage?: { cpu: number; totalMemoryBytes: number };
}

/** Our own extension: what serves a function, and where. */
export interface ReplicaStatus {
  function: string;
  /** As functions tell it in `X-Replica`: in a cluster the pod's name. */
  instance: string;
  ready: boolean;
  /** Why it is not ready, where that is known. */
  reason?: string;
  requests: number;
  restarts: number;
  /** Of a process on this machine. */
  pid?: number;
  port?: number;
  /** Of a pod, once it has one. */
  node?: string;
}

export interface Endpoint {
  /** Such as `http://127.0.0.1:4000`. */
  readonly origin: string;
  /** Must be called once, when the answer is over. */
  release(): void;
}

export interface LogQuery {
  name: string;
  instance?: string;
  /** The last so many lines; -1 for all. */
  tail: number;
  follow: boolean;
  sinceMs?: number;
}

export interface LogLine {
  name: string;
  namespace: string;
  instance: string;
  timestamp: string;
  text: string;
}

export interface SecretStore {
  names(): Promise<string[]>;
  /** @throws ApiError 409 where it is there */
  create(name: string, value: Buffer): Promise<void>;
  /** @throws ApiError 404 where it is not */
  update(name: string, value: Buffer): Promise<void>;
  /** @throws ApiError 404 where it is not */
  remove(name: string): Promise<void>;
}

/** OpenFaaS's own. */
export const DEFAULT_NAMESPACE = 'openfaas-fn';

/** An answer of the API other than success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}
