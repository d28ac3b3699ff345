import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { Log } from '@kubernetes/client-node';
import type { LogLine, LogQuery } from '../backend.js';
import type { Cluster } from './cluster.js';
import type { PodReplica } from './pod-replica.js';

const MOST_LINES = 10_000;
const PAST_LIMIT_MS = 30_000;
const LOOK_AGAIN_MS = 1000;

/** The lines of a function's pods; those of pods to come too, when following. */
export async function* podLogs(
  cluster: Cluster,
  query: LogQuery,
  replicas: () => PodReplica[],
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const wanted = () =>
    replicas().filter(({ name }) => query.instance === undefined || name === query.instance);
  yield* query.follow
    ? following(cluster, query, wanted, signal)
    : past(cluster, query, wanted(), AbortSignal.any([signal, AbortSignal.timeout(PAST_LIMIT_MS)]));
}

/** The last lines of all pods together, by their times. */
async function* past(
  cluster: Cluster,
  query: LogQuery,
  pods: PodReplica[],
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const lines = await Promise.all(
    pods.map(async (pod) => {
      const own: LogLine[] = [];
      for await (const line of podLines(cluster, query, pod, signal)) own.push(line);
      return own;
    }),
  );
  const all = lines.flat().sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
  yield* query.tail < 0 ? all : all.slice(all.length - Math.min(query.tail, all.length));
}

/** Each pod's last lines, then all as they come. */
async function* following(
  cluster: Cluster,
  query: LogQuery,
  pods: () => PodReplica[],
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const lines = new PassThrough({ objectMode: true });
  const open = new Set<string>();
  /** Where a pod's log was left, when its container ended. */
  const left = new Map<string, number>();
  const follow = async (pod: PodReplica) => {
    open.add(pod.name);
    const sinceMs = left.get(pod.name);
    const own = sinceMs === undefined ? query : { ...query, tail: -1, sinceMs };
    for await (const line of podLines(cluster, own, pod, signal)) {
      left.set(pod.name, Date.parse(line.timestamp) + 1);
      if (!lines.writableEnded) lines.write(line);
    }
    open.delete(pod.name);
  };
  const look = () => {
    for (const pod of pods()) if (!open.has(pod.name)) void follow(pod);
  };
  look();
  const timer = setInterval(look, LOOK_AGAIN_MS);
  const end = () => lines.end();
  signal.addEventListener('abort', end);
  try {
    if (!signal.aborted) yield* lines as AsyncIterable<LogLine>;
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', end);
  }
}

/** What one pod says; where it can't say anything yet, why. */
async function* podLines(
  { config, namespace }: Cluster,
  { name, tail, follow, sinceMs }: LogQuery,
  pod: PodReplica,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const line = (timestamp: string, text: string): LogLine => ({
    name,
    namespace,
    instance: pod.name,
    timestamp,
    text,
  });
  // Kubernetes takes a tail of 0 for none given.
  const since = tail === 0 ? Math.max(sinceMs ?? 0, Date.now()) : sinceMs;
  const stream = new PassThrough();
  const end = () => stream.end();
  signal.addEventListener('abort', end);
  let call: AbortController | undefined;
  try {
    call = await new Log(config).log(namespace, pod.name, name, stream, {
      follow,
      timestamps: true,
      ...(since === undefined ? {} : { sinceTime: new Date(since).toISOString() }),
      ...(tail === 0 ? {} : { tailLines: tail < 0 ? MOST_LINES : Math.min(tail, MOST_LINES) }),
    });
    for await (const text of createInterface({ input: stream })) {
      const space = text.indexOf(' ');
      yield line(text.slice(0, space), text.slice(space + 1));
    }
  } catch {
    const { reason } = pod;
    if (reason !== undefined && !follow) yield line(new Date().toISOString(), `(${reason})`);
  } finally {
    signal.removeEventListener('abort', end);
    call?.abort();
  }
}
