import { Counter, Gauge, type Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

/** A value as the library writes it: the text of `sharedLabels` is kept, by the object's identity. */
export interface Sample {
  value: number;
  sharedLabels: Labels;
  labels: Labels;
}

const NO_MORE: Labels = {};

/** @param labels - where they are the same object at every scrape, they are written once */
export const sample = (labels: Labels, value: number): Sample => ({
  value,
  sharedLabels: labels,
  labels: NO_MORE,
});

export interface Metric {
  type: 'counter' | 'gauge';
  name: string;
  help: string;
  /** What there is at the moment; a channel that is gone leaves nothing behind. */
  samples: () => readonly Sample[];
}

/**
 * A metric whose values are taken when it is scraped, synchronously, so that scrapes at once don't mix. The library would
 * keep values between scrapes, hash their labels to find them, and give a metric without labels a false 0.
 */
export function registerScraped(registry: Registry, { type, name, help, samples }: Metric): void {
  const Kind = type === 'counter' ? Counter : Gauge;
  const metric = new Kind({ name, help, registers: [registry] });
  metric.get = (() => ({ name, help, type, aggregator: 'sum', values: samples() })) as never;
}
