/** Where a cluster is, and what is where in it. */
export interface ClusterOptions {
  /** The context of the kubeconfig. */
  context: string;
  /** Default: KUBECONFIG, then ~/.kube/config. */
  kubeconfig?: string;
  /** Namespace of functions. */
  functionsNamespace: string;
  /** Namespace of gateway and provider. */
  platformNamespace: string;
  exporters: { namespace: string; selector: string; port: number };
  /** Namespace of k6, where load comes from within the cluster. */
  loadNamespace: string;
}

export const DEFAULT_CLUSTER_OPTIONS = {
  functionsNamespace: 'openfaas-fn',
  platformNamespace: 'openfaas',
  exporters: {
    namespace: 'power-harness',
    selector: 'app.kubernetes.io/name=power-exporter',
    port: 9838,
  },
  loadNamespace: 'power-harness',
} satisfies Omit<ClusterOptions, 'context'>;

/** What everything made or changed in a cluster bears, so that it is found again. */
export const RUN_LABEL = 'power-harness.run';
