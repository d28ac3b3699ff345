import type { V1Secret } from '@kubernetes/client-node';
import { ApiError, type SecretStore } from '../backend.js';
import { answered, found } from './api-answer.js';
import type { Cluster } from './cluster.js';

/** As faas-netes labels them. */
const LABEL = ['app.kubernetes.io/managed-by', 'openfaas'] as const;
const PULL_TYPES = ['kubernetes.io/dockercfg', 'kubernetes.io/dockerconfigjson'];

/** Secrets of OpenFaaS as Secrets of Kubernetes, with one entry of the same name. */
export class KubernetesSecrets implements SecretStore {
  constructor(private readonly cluster: Cluster) {}

  async names(): Promise<string[]> {
    const { core, namespace } = this.cluster;
    const list = core.listNamespacedSecret({ namespace, labelSelector: LABEL.join('=') });
    return (await answered(list)).items.map(({ metadata }) => metadata!.name!).sort();
  }

  async create(name: string, value: Buffer): Promise<void> {
    const { core, namespace } = this.cluster;
    const body: V1Secret = {
      metadata: { name, namespace, labels: { [LABEL[0]]: LABEL[1] } },
      type: 'Opaque',
      data: { [name]: value.toString('base64') },
    };
    await answered(core.createNamespacedSecret({ namespace, body }));
  }

  async update(name: string, value: Buffer): Promise<void> {
    const { core, namespace } = this.cluster;
    const secret = await this.ofOpenFaas(name);
    const body = { ...secret, data: { [name]: value.toString('base64') } };
    await answered(core.replaceNamespacedSecret({ name, namespace, body }));
  }

  async remove(name: string): Promise<void> {
    const { core, namespace } = this.cluster;
    await this.ofOpenFaas(name);
    await answered(core.deleteNamespacedSecret({ name, namespace }));
  }

  /** Those that are credentials for a registry. @throws ApiError 400 where one is not there */
  async pullSecretsOf(names: readonly string[]): Promise<Set<string>> {
    const { core, namespace } = this.cluster;
    const secrets = await Promise.all(
      names.map((name) => found(core.readNamespacedSecret({ name, namespace }))),
    );
    const missing = names.filter((_, i) => !secrets[i]);
    if (missing.length > 0) throw new ApiError(400, `unknown secret: ${missing.join(', ')}`);
    return new Set(names.filter((_, i) => PULL_TYPES.includes(secrets[i]!.type ?? '')));
  }

  /** What others keep in the namespace is not the API's. */
  private async ofOpenFaas(name: string): Promise<V1Secret> {
    const { core, namespace } = this.cluster;
    const secret = await found(core.readNamespacedSecret({ name, namespace }));
    if (secret?.metadata?.labels?.[LABEL[0]] !== LABEL[1])
      throw new ApiError(404, `there is no secret ${name}`);
    return secret;
  }
}
