import { Counter, Gauge, type Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

/** A value with its labels; where those are the same object as before, their text is kept. */
export type Sample = [labels: Labels, value: number];

export interface ScrapedMetricOptions {
  type: 'counter' | 'gauge';
  name: string;
  help: string;
  labelNames?: readonly string[];
  /** What there is at the moment; a channel that is gone leaves nothing behind. */
  samples: () => Sample[];
}

/**
 * A metric whose values are taken when it is scraped, synchronously, so that scrapes at once don't mix. The library would
 * keep values between scrapes, hash their labels to find them, and give a metric without labels a false 0.
 */
export function registerScraped(
  registry: Registry,
  { type, name, help, labelNames = [], samples }: ScrapedMetricOptions,
): void {
  const Metric = type === 'counter' ? Counter : Gauge;
  const metric = new Metric({ name, help, labelNames: [...labelNames], registers: [registry] });
  const values = () =>
    // The registry writes `sharedLabels` once and keeps the text by the object's identity.
    samples().map(([sharedLabels, value]) => ({ value, labels: {}, sharedLabels }));
  metric.get = () =>
    Promise.resolve({ name, help, type, aggregator: 'sum', values: values() } as never);
}
