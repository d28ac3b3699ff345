import type { NodeSamples, SensorUncertainty } from '../attribution/input.js';
import type { Span } from '../attribution/spans.js';
import type { Draws } from './draws.js';
import type { NodeHistory } from './node-history.js';
import type { LabMeter, LabNode } from './scenario.js';

/** TI SBOS576C, 6.5: steps, full scale, typical errors (taken for one standard deviation). */
const SHUNT_STEP_VOLTS = 40e-6;
const BUS_STEP_VOLTS = 8e-3;
const FULL_SCALE_STEPS = 4095;
const GAIN_RATIO = 0.001;
const SHUNT_OFFSET_STEPS = 1;

/** Three channels in turn, 1.1 ms for each shunt and 332 us for each bus voltage (SBOS576C, 7.4.2.1). */
const CYCLE_US = 4296;
const SHUNT_US = 1100;

/** Of each conversion, one standard deviation, as the twin's. */
const NOISE_STEPS = 0.5;

const SUPPLY_VOLTS = 5.1;
const LONGEST_GAP_SECONDS = 0.3;

/** Between meter and invocations where clocks are well kept: what the harness assumes as well. */
const CLOCK_SECONDS = 0.001;

/** What a calibrated channel on this shunt may be wrong by. The clock's is a rectangle (GUM, 4.3.7). */
export function budgetOf({ clockSeconds }: LabMeter, nodes: readonly LabNode[]): SensorUncertainty {
  const shuntOhms = Math.min(...nodes.map((node) => node.shuntOhms));
  return {
    gainRatio: Math.hypot(GAIN_RATIO, GAIN_RATIO),
    offsetWatts: ((SHUNT_OFFSET_STEPS * SHUNT_STEP_VOLTS) / shuntOhms) * SUPPLY_VOLTS,
    clockSeconds: Math.max(CLOCK_SECONDS, clockSeconds / Math.sqrt(3)),
  };
}

/**
 * What an INA3221 behind a shunt makes of a node's energy: conversions in the chip's steps, V·I·dt summed,
 * sent at the meter's interval with the time of its own clock. Its errors are drawn from `budgetOf`.
 */
export function meterNode(
  node: LabNode,
  meter: LabMeter,
  history: NodeHistory,
  { startUs, endUs }: Span,
  draws: Draws,
): NodeSamples {
  const shuntGain = 1 + GAIN_RATIO * draws.normal();
  const busGain = 1 + GAIN_RATIO * draws.normal();
  const offsetSteps = SHUNT_OFFSET_STEPS * draws.normal();
  const clockUs = draws.uniform(-1, 1) * meter.clockSeconds * 1e6;
  const clockRate = 1 + draws.uniform(-1, 1) * meter.clockPpm * 1e-6;
  const convert = (steps: number) =>
    Math.min(FULL_SCALE_STEPS, Math.round(steps + NOISE_STEPS * draws.normal()));

  const stepsPerWatt = (shuntGain * node.shuntOhms) / SUPPLY_VOLTS / SHUNT_STEP_VOLTS;
  const busSteps = (SUPPLY_VOLTS / BUS_STEP_VOLTS) * busGain;
  const joulesPerStep = (SHUNT_STEP_VOLTS / node.shuntOhms) * BUS_STEP_VOLTS * (CYCLE_US / 1e6);
  const energyAt = reader(history);
  const gaps = drawGaps({ startUs, endUs }, meter.gapsPerMinute, draws);
  const rows: { timeUs: number; joules: number; gapUs: number; overrange: number }[] = [];
  let [joules, gapUs, overrange] = [0, 0, 0];
  const intervalUs = meter.intervalSeconds * 1e6;
  let sendUs = startUs + draws.uniform() * intervalUs;
  for (let t = startUs; t + CYCLE_US <= endUs; t += CYCLE_US) {
    if (gaps.some((gap) => t >= gap.startUs && t < gap.endUs)) {
      gapUs += CYCLE_US;
    } else {
      const before = energyAt(t);
      const watts = (energyAt(t + SHUNT_US) - before) / (SHUNT_US / 1e6);
      const shunt = convert(watts * stepsPerWatt + offsetSteps);
      if (shunt === FULL_SCALE_STEPS) overrange++;
      joules += shunt * convert(busSteps) * joulesPerStep;
    }
    const nowUs = t + CYCLE_US;
    if (nowUs < sendUs) continue;
    sendUs += intervalUs;
    if (draws.uniform() < meter.lossRatio) continue;
    rows.push({
      timeUs: Math.round(startUs + (nowUs - startUs) * clockRate + clockUs),
      ...{ joules, gapUs, overrange },
    });
  }
  return {
    node: node.name,
    timeUs: Float64Array.from(rows, (row) => row.timeUs),
    energyJoules: Float64Array.from(rows, (row) => row.joules),
    gapUs: Float64Array.from(rows, (row) => row.gapUs),
    overrangeSamples: Float64Array.from(rows, (row) => row.overrange),
  };
}

/** Reads cumulative energy at rising times. */
function reader({ timeUs, energyJoules }: NodeHistory): (atUs: number) => number {
  const last = timeUs.length - 1;
  let i = 1;
  return (atUs) => {
    while (i < last && timeUs[i]! < atUs) i++;
    const [t0, t1] = [timeUs[i - 1]!, timeUs[i]!];
    const [e0, e1] = [energyJoules[i - 1]!, energyJoules[i]!];
    return t1 > t0 ? e0 + ((e1 - e0) * (atUs - t0)) / (t1 - t0) : e1;
  };
}

function drawGaps({ startUs, endUs }: Span, perMinute: number, draws: Draws): Span[] {
  if (perMinute === 0) return [];
  const gaps: Span[] = [];
  for (let t = startUs; ;) {
    t += draws.exponential(60 / perMinute) * 1e6;
    if (t >= endUs) return gaps;
    gaps.push({ startUs: t, endUs: t + draws.uniform(0.01, LONGEST_GAP_SECONDS) * 1e6 });
  }
}
