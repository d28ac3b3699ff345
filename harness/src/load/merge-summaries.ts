/** A summary as the script writes it, as far as we need it. */
export interface WrittenSummary {
  metrics: Record<string, { type: string; contains: string; values: Record<string, number> }>;
}

/**
 * The summary of a load that several k6 shared: counts and rates per second add up. Other figures, such as percentiles,
 * do not and are left out; the rows have all that they are made of.
 */
export function mergeSummaries(summaries: readonly WrittenSummary[]): WrittenSummary {
  const metrics: WrittenSummary['metrics'] = {};
  for (const summary of summaries) {
    for (const [name, { type, contains, values }] of Object.entries(summary.metrics)) {
      if (type !== 'counter') continue;
      const sum = (metrics[name] ??= { type, contains, values: {} }).values;
      for (const [figure, value] of Object.entries(values))
        sum[figure] = (sum[figure] ?? 0) + value;
    }
  }
  return { metrics };
}
