import { cumulativeAt, riseIn } from './cumulative.js';
import type { NodeSamples, Phase, PhaseName } from './input.js';
import { countIn, isSuccess, type FunctionInvocations } from './node-invocations.js';
import type { ColdCycle, Warning } from './result.js';
import { secondsOf, type Span } from './spans.js';

/** The cold starts of one function on a node; those whose energies can't be known are left out, and said. */
export function coldCycles(
  samples: NodeSamples,
  phases: readonly Phase[],
  own: FunctionInvocations,
): { cycles: ColdCycle[]; warnings: Warning[] } {
  const cycles: ColdCycle[] = [];
  const warnings: Warning[] = [];
  const ofFunction = phases.filter((phase) => phase.function === own.function);
  for (const { repetition } of ofFunction.filter(({ phase }) => phase === 'cold')) {
    const of = (name: PhaseName) =>
      ofFunction.find((phase) => phase.phase === name && phase.repetition === repetition);
    const found = coldCycle(samples, own, repetition, of);
    if (typeof found !== 'string') cycles.push(found);
    else {
      warnings.push({
        code: 'REPETITION_LEFT_OUT',
        severity: 'warning',
        message: `${own.function}: repetition ${repetition} is left out: ${found}.`,
        hint: "Look at the function's log, and at the meter's.",
      });
    }
  }
  return { cycles, warnings };
}

/** Or why there is none. */
function coldCycle(
  samples: NodeSamples,
  own: FunctionInvocations,
  repetition: number,
  of: (name: PhaseName) => Phase | undefined,
): ColdCycle | string {
  const [idle, cold, warm, load] = [of('idle'), of('cold'), of('warm'), of('load')];
  if (!idle || !cold || !warm || !load) return 'it was not ended';
  const whole = { startUs: idle.startUs, endUs: load.endUs };
  const { timeUs, energyJoules, gapUs } = samples;
  if (
    [whole.startUs, whole.endUs].some((us) => Number.isNaN(cumulativeAt(timeUs, energyJoules, us)))
  )
    return 'the samples do not reach over it';
  if (gapUs && riseIn(timeUs, gapUs, whole) > 0) return 'the meter missed some of it';
  const first = own.startUs.findIndex((us) => us >= cold.startUs && us < cold.endUs);
  if (first < 0 || !isSuccess(own.status[first]!) || countIn(own, load) !== 1)
    return 'a request failed';
  const joules = (span: Span) => riseIn(timeUs, energyJoules, span);
  const [startUs, answeredUs] = [own.startUs[first]!, own.endUs[first]!];
  const idleWatts = joules(idle) / secondsOf(idle);
  const warmWatts = joules(warm) / secondsOf(warm);
  // From its answer on the replica is a warm one, whose idle power is not the start's.
  const before = secondsOf({ startUs: cold.startUs, endUs: answeredUs });
  const after = secondsOf({ startUs: answeredUs, endUs: cold.endUs });
  return {
    repetition,
    start_us: startUs,
    start_seconds: (answeredUs - startUs) / 1e6,
    start_joules: joules(cold) - idleWatts * before - warmWatts * after,
    warm_request_joules: joules(load) - warmWatts * secondsOf(load),
    idle_watts: idleWatts,
    warm_watts: warmWatts,
  };
}
