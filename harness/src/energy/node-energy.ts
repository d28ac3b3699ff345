import type { SampleRow } from './energy-source.js';

/** A row of samples.csv: a node's cumulative energy. */
export interface NodeSampleRow {
  node: string;
  timeUs: number;
  energyJoules: number;
  flags: number;
  gapUs: number;
  missedCycles: number;
  overrangeSamples: number;
}

type Channel = SampleRow & { energyJoules: number };

/**
 * Joins channels to nodes: a node that several channels feed gets the sum of their energies, each
 * linearly interpolated at the times of the node's first channel. Feed it rows as they come; what
 * can't be placed yet waits for the other channels.
 */
export class NodeEnergy {
  private readonly nodes = new Map<string, Map<string, Channel[]>>();

  /** @param channelsOfNode - keys `meter/channel` by node, as configured */
  constructor(private readonly channelsOfNode: ReadonlyMap<string, readonly string[]>) {}

  add(rows: readonly SampleRow[]): NodeSampleRow[] {
    for (const row of rows) {
      if (row.energyJoules === undefined) continue;
      const channels = this.nodes.get(row.node) ?? new Map<string, Channel[]>();
      this.nodes.set(row.node, channels);
      const key = `${row.meter}/${row.channel}`;
      const queue = channels.get(key) ?? [];
      channels.set(key, queue);
      queue.push({ ...row, energyJoules: row.energyJoules });
    }
    return [...this.nodes].flatMap(([node, channels]) => this.take(node, channels));
  }

  private take(node: string, channels: Map<string, Channel[]>): NodeSampleRow[] {
    const keys = this.channelsOfNode.get(node) ?? [...channels.keys()];
    const queues = keys.map((key) => channels.get(key) ?? []);
    const [first, ...others] = queues;
    const rows: NodeSampleRow[] = [];
    while (first && first.length > 0) {
      const sum = first[0]!;
      const parts = others.map((queue) => interpolate(queue, sum.timeUs));
      if (parts.includes('later')) break;
      first.shift();
      if (parts.includes('before')) continue;
      rows.push(add(node, [sum, ...(parts as Channel[])]));
    }
    return rows;
  }
}

function add(node: string, parts: Channel[]): NodeSampleRow {
  const total = (pick: (part: Channel) => number) => parts.reduce((sum, p) => sum + pick(p), 0);
  return {
    node,
    timeUs: parts[0]!.timeUs,
    energyJoules: total((part) => part.energyJoules),
    flags: parts.reduce((flags, part) => flags | part.flags, 0),
    gapUs: total((part) => part.gapUs),
    missedCycles: total((part) => part.missedCycles),
    overrangeSamples: total((part) => part.overrangeSamples),
  };
}

/** `later`: the queue does not reach `timeUs` yet; `before`: it began only after it. */
function interpolate(queue: Channel[], timeUs: number): Channel | 'later' | 'before' {
  while (queue.length > 1 && queue[1]!.timeUs <= timeUs) queue.shift();
  const [a, b] = queue;
  if (!a) return 'later';
  if (a.timeUs > timeUs) return 'before';
  if (a.timeUs === timeUs) return a;
  if (!b) return 'later';
  const share = (timeUs - a.timeUs) / (b.timeUs - a.timeUs);
  return { ...b, timeUs, energyJoules: a.energyJoules + share * (b.energyJoules - a.energyJoules) };
}
