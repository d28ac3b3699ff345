import { AttributionInputError } from './input-error.js';
import type { AttributionInput, Invocations } from './input.js';

/** @throws AttributionInputError naming the first place that can't be */
export function validateInput({ samples, invocations, phases, cpu }: AttributionInput): void {
  for (const [i, series] of samples.entries()) {
    const field = `samples[${i}] (${series.node})`;
    requireSameLength(field, series.timeUs, series.energyJoules);
    requireFinite(`${field}.energy_joules`, series.energyJoules);
    requireRising(`${field}.time_us`, series.timeUs);
    if (series.energyJoules.some((joules) => joules < 0)) {
      throw new AttributionInputError(`${field}.energy_joules`, 'is negative');
    }
  }
  validateInvocations(invocations);
  for (const [i, { startUs, endUs }] of phases.entries()) {
    if (!(endUs >= startUs))
      throw new AttributionInputError(`phases[${i}]`, 'ends before it starts');
  }
  for (const [i, series] of cpu.entries()) {
    requireSameLength(`cpu[${i}]`, series.timeUs, series.cpuSeconds);
    requireRising(`cpu[${i}].time_us`, series.timeUs);
  }
}

function validateInvocations({ startUs, endUs, functionIndex, nodeIndex, ...names }: Invocations) {
  requireSameLength('invocations', startUs, endUs);
  for (let i = 0; i < startUs.length; i++) {
    const place = `invocations[${i}]`;
    if (!Number.isFinite(startUs[i]!) || !Number.isFinite(endUs[i]!)) {
      throw new AttributionInputError(place, 'has a time that is no number');
    }
    if (endUs[i]! < startUs[i]!) throw new AttributionInputError(place, 'ends before it starts');
    if (functionIndex[i]! >= names.functions.length || nodeIndex[i]! >= names.nodes.length) {
      throw new AttributionInputError(place, 'names a function or node that is not there');
    }
  }
}

function requireSameLength(field: string, a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) throw new AttributionInputError(field, 'columns differ in length');
}

function requireFinite(field: string, values: Float64Array): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new AttributionInputError(field, `row ${at} is no number`);
}

function requireRising(field: string, timeUs: Float64Array): void {
  for (let i = 0; i < timeUs.length; i++) {
    if (Number.isNaN(timeUs[i]!) || (i > 0 && timeUs[i]! <= timeUs[i - 1]!)) {
      throw new AttributionInputError(field, `does not increase at row ${i}`);
    }
  }
}
