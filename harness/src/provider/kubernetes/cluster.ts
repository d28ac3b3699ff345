import { AppsV1Api, CoreV1Api, KubeConfig, VersionApi } from '@kubernetes/client-node';
import { ApiError } from '../backend.js';
import { answered } from './api-answer.js';

/** A cluster's API, and the one namespace that functions are in. */
export interface Cluster {
  config: KubeConfig;
  core: CoreV1Api;
  apps: AppsV1Api;
  namespace: string;
}

/** By KUBECONFIG or the user's kubeconfig; within a pod, by its service account. @throws ApiError */
export function connectCluster(namespace: string): Cluster {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    throw new ApiError(503, `there is no kubeconfig to read: ${(error as Error).message}`);
  }
  return {
    config,
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    namespace,
  };
}

/** The minor version of Kubernetes 1: 34 of `v1.34.4`. @throws ApiError */
export async function minorVersion({ config }: Cluster): Promise<number> {
  const { minor } = await answered(config.makeApiClient(VersionApi).getCode());
  return Number.parseInt(minor, 10);
}
