import { EnergySourceError } from '../errors.js';
import type { EnergySource } from './energy-source.js';
import { ExporterFleet } from './exporter-fleet.js';
import type { OfferedExporters } from './offered-exporters.js';
import { PrometheusEnergy } from './prometheus-energy.js';

/** Faults of the way to the exporters, not of the meters behind them. */
const NOT_REACHED = ['EXPORTER_UNREACHABLE', 'EXPORTER_MISSING'];

/**
 * The energy of a target's nodes: by their exporters at the meters' own rate; where one can't be reached, by Prometheus.
 * @throws EnergySourceError
 */
export async function openTargetEnergy(
  offered: OfferedExporters,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<EnergySource> {
  try {
    return await ExporterFleet.open(offered, nodes, signal);
  } catch (error) {
    const { prometheusUrl } = offered;
    const unreached = error instanceof EnergySourceError && NOT_REACHED.includes(error.code);
    if (!unreached || prometheusUrl === undefined) throw error;
    return await PrometheusEnergy.open(prometheusUrl, offered, nodes, error.message);
  }
}
