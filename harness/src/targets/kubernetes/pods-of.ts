import type { V1Pod, V1PodList } from '@kubernetes/client-node';
import type { KubernetesApi } from './kubernetes-api.js';

/** @param selector - of labels; all pods where it is empty. @throws KubernetesError, TargetError */
export async function podsOf(
  api: KubernetesApi,
  namespace: string,
  selector: string,
): Promise<V1Pod[]> {
  const query = selector && `?labelSelector=${encodeURIComponent(selector)}`;
  return (await api.json<V1PodList>(`/api/v1/namespaces/${namespace}/pods${query}`)).items;
}
