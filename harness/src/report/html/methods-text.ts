import type { ManifestMeter, RunPlan } from '../../run/manifest.js';
import { plain } from '../quantity.js';
import type { RunFigures } from '../run-report.js';

/** How the figures came about, ready to cite. */
export function methodsText({ manifest, result }: RunFigures): string {
  const { plan, sensor, versions, meters } = manifest;
  const source = result.simulated
    ? 'The node was metered by a digital twin: the firmware of an INA3221 energy meter reading an emulated sensor, fed by a model of power from CPU time.'
    : meters.map(meteredBy).join(' ');
  return (
    `${source} ${result.cold_starts ? coldText(plan) : loadText(plan, versions)} ` +
    `The 95 % interval combines what repetition shows and the meter's uncertainty ` +
    `(standard uncertainties: gain ${plain(sensor.gain_ratio * 100, 2)} %, offset ${plain(sensor.offset_watts * 1000, 2)} mW, time ${plain(sensor.clock_seconds * 1000, 2)} ms) ` +
    `as the GUM does, with Student's t and Welch-Satterthwaite degrees of freedom. power-harness ${versions['power-harness'] ?? ''}.`
  );
}

function loadText(plan: RunPlan, versions: Record<string, string>): string {
  const driven = `Functions were driven with k6 ${versions['k6'] ?? ''}`;
  const seconds = (value: number) => `${plain(value, 3)} s`;
  const idle = `between idle phases of ${seconds(plan.idle_seconds)}`;
  if (plan.mode === 'together') {
    return (
      `${driven} at once, in ${plan.repetitions} windows of ${seconds(plan.load_seconds)} ${idle}; each function's arrival rate changed from window to window, independently of the others' (seed ${plan.seed}). ` +
      `Each one's energy above idle was found by regression.`
    );
  }
  return (
    `${driven} at a constant arrival rate, in ${plan.repetitions} repetitions in random order (seed ${plan.seed}) of ${seconds(plan.load_seconds)} after ${seconds(plan.warmup_seconds)} of warm-up, ${idle}. ` +
    `Marginal energy is the energy of the load window less idle power times its length, divided by the invocations that succeeded, those at its edges by their share. ` +
    `The repetition is the sample; its scatter and the uncertainty of idle power are what repetition shows.`
  );
}

function coldText(plan: RunPlan): string {
  return (
    `Each function was scaled to zero and asked again, ${plan.repetitions} times in random order (seed ${plan.seed}), with ${plain(plan.idle_seconds, 3)} s of rest before it and ${plain(plan.idle_seconds, 3)} s with the replica that had started. ` +
    `A cold start's energy is that from the request until the node rests again, above idle; what keeping a replica costs is the difference of the two powers at rest. The cold start is the sample.`
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
