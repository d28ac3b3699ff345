import { afterEach, beforeEach } from 'vitest';
import { ClusterStandIn } from './cluster-stand-in.js';
import { KubernetesApi } from './kubernetes-api.js';

/** A stand-in for a cluster, and its API: new for each test of the file. */
export function labCluster(): { cluster: ClusterStandIn; api: KubernetesApi } {
  const lab = {} as ReturnType<typeof labCluster>;
  beforeEach(async () => {
    lab.cluster = await ClusterStandIn.start();
    lab.api = KubernetesApi.load('lab', lab.cluster.kubeconfig());
  });
  afterEach(() => {
    lab.api.close();
    lab.cluster.close();
  });
  return lab;
}
