import { type ManifestMeter } from '../../run/manifest.js';
import { plain } from '../quantity.js';
import { type RunFigures } from '../run-report.js';

/** How the figures came about, ready to cite. */
export function methodsText({ manifest, result }: RunFigures): string {
  const { plan, sensor, versions, meters } = manifest;
  const source = result.simulated
    ? 'The node was metered by a digital twin: the firmware of an INA3221 energy meter reading an emulated sensor, fed by a model of power from CPU time.'
    : meters.map(meteredBy).join(' ');
  return (
    `${source} Functions were driven with k6 ${versions['k6'] ?? ''} at a constant arrival rate, in ${plan.repetitions} repetitions in random order (seed ${plan.seed}) ` +
    `of ${plain(plan.load_seconds, 3)} s after ${plain(plan.warmup_seconds, 3)} s of warm-up, between idle phases of ${plain(plan.idle_seconds, 3)} s. ` +
    `Marginal energy is the energy of the load window less idle power times its length, divided by the invocations that succeeded, those at its edges by their share. ` +
    `The repetition is the sample; the 95 % interval combines the scatter of the repetitions, the uncertainty of idle power, and the meter's ` +
    `(standard uncertainties: gain ${plain(sensor.gain_ratio * 100, 2)} %, offset ${plain(sensor.offset_watts * 1000, 2)} mW, time ${plain(sensor.clock_seconds * 1000, 2)} ms) ` +
    `as the GUM does, with Student's t and Welch-Satterthwaite degrees of freedom. power-harness ${versions['power-harness'] ?? ''}.`
  );
}

function meteredBy({ node, meter, channel, source, address, read_by }: ManifestMeter): string {
  if (source === 'rapl')
    return `The energy of ${node}'s processor was read from its own counters (RAPL: ${address}), the rest of the node is not in it.`;
  if (source === 'hwmon')
    return `${node}'s own INA3221 (${address}) was read by its kernel, power being sampled.`;
  const read = read_by === 'prometheus' ? ', its samples read from Prometheus' : '';
  return `The supply of ${node} was metered by ${meter} channel ${channel} (INA3221)${read}.`;
}
