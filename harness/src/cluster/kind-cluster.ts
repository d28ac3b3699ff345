/** The cluster that `kind/up` makes: kind/cluster.yaml has the same. */
export const KIND_CLUSTER = {
  context: 'kind-power-harness',
  gateway: 'http://127.0.0.1:31112',
  prometheus: 'http://127.0.0.1:31090',
  remote_write: true,
  load: {
    image: 'power-harness/k6:latest',
    starter_image: 'power-harness/k6-starter:latest',
    prometheus: 'http://prometheus.power-harness.svc:9090',
  },
} as const;
