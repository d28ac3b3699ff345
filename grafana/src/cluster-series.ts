interface Series {
  labels: { __name__: string } & Record<string, string>;
  samples: { timestamp: number; value: number }[];
}

/** What a cluster's kubelet and gateway would have told over the last `seconds`, of one node and one function; for tests. */
export function clusterSeries(
  node: string,
  name: string,
  seconds: number,
  nowMs: number,
): Series[] {
  const each = (metric: string, labels: Record<string, string>, perSecond: number): Series => ({
    labels: {
      __name__: metric,
      ...Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
    samples: Array.from({ length: seconds + 1 }, (_, i) => ({
      timestamp: nowMs - (seconds - i) * 1000,
      value: i * perSecond,
    })),
  });
  const gateway = { function_name: `${name}.openfaas-fn`, code: '200' };
  return [
    each('container_cpu_usage_seconds_total', { node, id: '/' }, 0.8),
    each(
      'container_cpu_usage_seconds_total',
      { node, id: '/pod/x', namespace: 'openfaas-fn', container: name, pod: `${name}-1` },
      0.4,
    ),
    each('gateway_function_invocation_total', gateway, 20),
    each('gateway_functions_seconds_bucket', { ...gateway, le: '0.1' }, 18),
    each('gateway_functions_seconds_bucket', { ...gateway, le: '+Inf' }, 20),
    each('gateway_service_count', { function_name: gateway.function_name }, 1 / seconds),
  ];
}
