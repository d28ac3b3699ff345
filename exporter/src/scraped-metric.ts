import { Counter, Gauge, type Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

/** A value with its labels; where those are the same object as before, their text is kept. */
export type Sample = [labels: Labels, value: number];

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
  const values = () =>
    // The registry writes `sharedLabels` once and keeps the text by the object's identity.
    samples().map(([sharedLabels, value]) => ({ value, labels: {}, sharedLabels }));
  metric.get = () =>
    Promise.resolve({ name, help, type, aggregator: 'sum', values: values() } as never);
}
