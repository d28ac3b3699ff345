import type { GatewayAccess } from './gateway-access.js';
import { callGateway, callGatewayWell, jsonOf } from './gateway-request.js';

/** What a gateway says of a function; the part we use. */
export interface FunctionStatus {
  name: string;
  image: string;
  replicas: number;
  availableReplicas: number;
  invocationCount: number;
  annotations: Record<string, string>;
  labels: Record<string, string>;
}

/** One replica, as our own provider tells. */
export interface Replica {
  function: string;
  instance: string;
  pid: number;
  port: number;
  ready: boolean;
  requests: number;
  restarts: number;
}

/** @throws TargetError */
export async function listFunctions(
  gateway: GatewayAccess,
  signal?: AbortSignal,
): Promise<FunctionStatus[]> {
  const reply = await callGatewayWell(gateway, { path: '/system/functions', ...options(signal) });
  return arrayOf(jsonOf(gateway, reply)).map(statusOf);
}

/** Undefined where there is no such function. @throws TargetError */
export async function describeFunction(
  gateway: GatewayAccess,
  name: string,
  signal?: AbortSignal,
): Promise<FunctionStatus | undefined> {
  const call = { path: `/system/function/${encodeURIComponent(name)}`, ...options(signal) };
  const reply = await callGateway(gateway, call);
  if (reply.status === 404) return undefined;
  if (reply.status !== 200) await callGatewayWell(gateway, call);
  return statusOf(jsonOf(gateway, reply));
}

/** @throws TargetError */
export async function scaleFunction(
  gateway: GatewayAccess,
  name: string,
  replicas: number,
  signal?: AbortSignal,
): Promise<void> {
  await callGatewayWell(gateway, {
    method: 'POST',
    path: `/system/scale-function/${encodeURIComponent(name)}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ serviceName: name, replicas }),
    ...options(signal),
  });
}

/**
 * All replicas with their processes: an extension of our provider.
 * @returns empty where the gateway doesn't have it
 * @throws TargetError
 */
export async function replicas(gateway: GatewayAccess, signal?: AbortSignal): Promise<Replica[]> {
  const call = { path: '/system/replicas', ...options(signal) };
  const reply = await callGateway(gateway, call);
  if (reply.status === 404 || reply.status === 405) return [];
  if (reply.status !== 200) await callGatewayWell(gateway, call);
  return arrayOf(jsonOf(gateway, reply)).map((value) => value as Replica);
}

/** A function's last log lines; empty where the gateway has none to give. */
export async function lastLogLines(
  gateway: GatewayAccess,
  name: string,
  lines: number,
): Promise<string[]> {
  const query = new URLSearchParams({ name, tail: String(lines), follow: 'false' });
  try {
    const { status, body } = await callGateway(gateway, {
      path: `/system/logs?${query}`,
      limitMs: 3000,
    });
    if (status !== 200) return [];
    return body
      .split('\n')
      .filter(Boolean)
      .map((line) => String((JSON.parse(line) as { text?: string }).text ?? '').trimEnd())
      .filter(Boolean)
      .slice(-lines);
  } catch {
    return []; // they only explain another trouble
  }
}

export interface InvocationResult {
  status: number;
  seconds: number;
  body: string;
}

/** Invokes a function once, whatever it answers. @throws TargetError where the gateway can't be reached */
export async function invokeOnce(
  gateway: GatewayAccess,
  name: string,
  payload: { body: Buffer; contentType: string },
  { limitSeconds = 60, signal }: { limitSeconds?: number; signal?: AbortSignal } = {},
): Promise<InvocationResult> {
  const started = performance.now();
  const { status, body } = await callGateway(gateway, {
    method: 'POST',
    path: functionPath(name),
    headers: { 'content-type': payload.contentType },
    body: payload.body,
    limitMs: limitSeconds * 1000,
    ...options(signal),
  });
  return { status, body, seconds: (performance.now() - started) / 1000 };
}

/** Where a function is invoked, below the gateway's URL. */
export function functionPath(name: string): string {
  return `/function/${encodeURIComponent(name)}`;
}

function options(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function statusOf(value: unknown): FunctionStatus {
  const given = (value ?? {}) as Partial<FunctionStatus>;
  return {
    name: String(given.name ?? ''),
    image: String(given.image ?? ''),
    replicas: Number(given.replicas ?? 0),
    availableReplicas: Number(given.availableReplicas ?? 0),
    invocationCount: Number(given.invocationCount ?? 0),
    annotations: given.annotations ?? {},
    labels: given.labels ?? {},
  };
}
