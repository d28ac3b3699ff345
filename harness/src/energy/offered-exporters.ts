import type { ExporterEndpoint } from './exporter-endpoint.js';

/** What a target has of meters: an exporter on each node, and a Prometheus that scrapes them. */
export interface OfferedExporters {
  /** By node; a node without one is not metered. */
  exporters: ReadonlyMap<string, ExporterEndpoint>;
  /** The address of a Prometheus that scrapes the same exporters. */
  prometheusUrl?: string;
  /** The channels that feed a node, as `meter/channel`; without an entry all that its exporter says feed it. */
  channels: ReadonlyMap<string, readonly string[]>;
  /** Whether what they read is a digital twin. */
  simulated: boolean;
}

/** A row of a channel that feeds one of `nodes`, by what was configured or by what its exporter says. */
export function feeds(
  offered: Pick<OfferedExporters, 'channels'>,
  nodes: readonly string[],
  { node, meter, channel }: { node: string; meter: string; channel: number },
): boolean {
  if (!nodes.includes(node)) return false;
  return offered.channels.get(node)?.includes(`${meter}/${channel}`) ?? true;
}
