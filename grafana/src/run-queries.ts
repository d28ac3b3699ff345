import { SCRAPED } from './variables.js';

/** The chosen run, and the nodes of it that were chosen. */
export const RUN = `${SCRAPED},run="$run"`;
export const RUN_ON_NODE = `${RUN},node=~"$node"`;

/**
 * What a run came to. A run writes its results once, when it ends, so the time range is searched for them.
 * @param labels - of the result, such as `function, node`
 */
export const resultOf = (metric: string, labels: string, selector = RUN_ON_NODE) =>
  `max by (${labels}) (last_over_time(power_harness_${metric}{${selector}}[$__range]))`;
