import {
  makeInformer,
  type KubernetesListObject,
  type KubernetesObject,
} from '@kubernetes/client-node';
import { answered } from './api-answer.js';
import type { Cluster } from './cluster.js';

const RETRY_MS = 1000;

export interface WatchedOptions<T extends KubernetesObject> {
  /** Such as `/api/v1/namespaces/openfaas-fn/pods`. */
  path: string;
  labelSelector: string;
  list: () => Promise<KubernetesListObject<T>>;
  onSeen: (object: T) => void;
  onGone: (object: T) => void;
}

/**
 * Tells of all objects that there are, then of every change, whatever happens to the connection.
 * @returns what ends it
 * @throws ApiError where the first list can't be had
 */
export async function watched<T extends KubernetesObject>(
  { config }: Cluster,
  { path, labelSelector, list, onSeen, onGone }: WatchedOptions<T>,
): Promise<() => Promise<void>> {
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;
  const informer = makeInformer(config, path, () => answered(list()), labelSelector);
  informer.on('add', onSeen);
  informer.on('update', onSeen);
  informer.on('delete', onGone);
  const failed = new Promise<never>((_, reject) => {
    informer.on('error', (error: unknown) => {
      reject(error as Error);
      clearTimeout(retry);
      if (!stopped) retry = setTimeout(() => void informer.start(), RETRY_MS);
    });
  });
  const stop = async () => {
    stopped = true;
    clearTimeout(retry);
    await informer.stop();
  };
  try {
    await Promise.race([answered(informer.start()), failed]);
  } catch (error) {
    await stop();
    throw error;
  }
  failed.catch(() => undefined);
  return stop;
}
