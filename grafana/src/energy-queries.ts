import { SCRAPED } from './variables.js';

/** A channel once, however many exporters serve it. */
const once = (expression: string) => `max by (meter, channel) (${expression})`;

/** What a channel feeds, of the nodes that were chosen. */
const FEEDS = `max by (meter, channel, node) (power_meter_channel_info{${SCRAPED},node=~"$node"})`;

/** A series of an exporter, as its dashboards choose it. */
export const scraped = (metric: string) => `${metric}{${SCRAPED}}`;

/** Of each channel, with its node. */
export const ofChannel = (expression: string) =>
  `${once(expression)} * on (meter, channel) group_left (node) ${FEEDS}`;

/** Of each node: the sum of the channels that feed it. */
export const ofNode = (expression: string) => `sum by (node) (${ofChannel(expression)})`;

/** How a channel is called in a legend. */
export const CHANNEL = '{{node}} ({{meter}} {{channel}})';

export const POWER_WATTS = `rate(${scraped('power_meter_energy_joules_total')}[$__rate_interval])`;
