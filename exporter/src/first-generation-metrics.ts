import { fresh, valuesOf, type LabelledChannel } from './channel-metrics.js';
import type { Metric } from './scraped-metric.js';

/** The first exporter's names, so that its dashboards go on: without labels where one channel is served, as they were. */
export function firstGenerationMetrics(labelled: readonly LabelledChannel[]): Metric[] {
  const own =
    labelled.length === 1 ? labelled.map(([each]): LabelledChannel => [each, {}]) : labelled;
  return [
    {
      type: 'counter',
      name: 'powerexporter_power_consumption_ampere_seconds_total',
      help: "Charge since the exporter started, in ampere-seconds (the first generation's name).",
      samples: () => valuesOf(own, ({ latest }) => latest?.chargeCoulombs),
    },
    {
      type: 'gauge',
      name: 'powerexporter_current_ampere',
      help: "Current in amperes (the first generation's name); absent when the meter is silent.",
      samples: () =>
        valuesOf(own, (each) => {
          const amperes = fresh(each)?.currentAmperes;
          return amperes === undefined ? undefined : Math.abs(amperes);
        }),
    },
  ];
}
