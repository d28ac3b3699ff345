import { coldCycles } from './cold-cycles.js';
import type { AttributionInput, SensorUncertainty } from './input.js';
import { invocationsOf } from './node-invocations.js';
import { ratioInterval } from './ratio-interval.js';
import type { AttributionResult, ColdCycle, ColdStartResult, Figure } from './result.js';
import { combine, interval95, mean, ofMean, scale, studentQuantile } from './uncertainty.js';
import { repetitionWarning } from './warnings.js';

/** Fewer cold starts say nothing of their own scatter. */
const FEWEST_CYCLES = 2;

type ColdStarts = Required<Pick<AttributionResult, 'cold_starts' | 'refused' | 'warnings'>>;

/** Whether phases are those of cold starts. */
export function hasColdStarts({ phases }: Pick<AttributionInput, 'phases'>): boolean {
  return phases.some(({ phase }) => phase === 'cold');
}

/**
 * What cold starts cost and what keeping a replica costs instead: every cold start has its own idle power before it and its
 * own power with the idle replica after it, so that drift cancels; the cold start is the sample. docs/method.md derives the
 * formulas.
 */
export function coldStarts(input: AttributionInput): ColdStarts {
  const result: ColdStarts = { cold_starts: [], refused: [], warnings: [] };
  for (const samples of input.samples) {
    for (const own of invocationsOf(input.invocations, samples.node)) {
      const { cycles, warnings } = coldCycles(samples, input.phases, own);
      result.warnings.push(...warnings);
      if (cycles.length < FEWEST_CYCLES) {
        result.refused.push({
          functions: [own.function],
          reason: `Only ${cycles.length} of its cold starts can be used; it takes ${FEWEST_CYCLES} to know the scatter.`,
        });
        continue;
      }
      result.cold_starts.push(coldStartOf(own.function, samples.node, cycles, input.sensor));
      result.warnings.push(...repetitionWarning(own.function, cycles.length));
    }
  }
  return result;
}

function coldStartOf(
  name: string,
  node: string,
  cycles: ColdCycle[],
  sensor: SensorUncertainty,
): ColdStartResult {
  const seconds = cycles.map((cycle) => cycle.start_seconds);
  const start = cycles.map((cycle) => cycle.start_joules);
  const warm = cycles.map((cycle) => cycle.warm_request_joules);
  const keep = cycles.map((cycle) => cycle.warm_watts - cycle.idle_watts);
  const extra = start.map((joules, i) => joules - warm[i]!);
  const startSeconds = mean(seconds);
  return {
    function: name,
    node,
    cold_starts: cycles.length,
    start_seconds: { value: startSeconds, ci95: interval95(startSeconds, ofMean(seconds)) },
    start_joules: figure(start, sensor),
    warm_request_joules: figure(warm, sensor),
    keep_warm_joules_per_minute: figure(
      keep.map((watts) => watts * 60),
      sensor,
    ),
    ...(mean(extra) > 0 ? { break_even_per_hour: breakEven(keep, extra) } : {}),
    cycles,
  };
}

/** Keeping costs `keep` watts, starting `extra` joules for each request: equal at keep / extra requests a second. */
function breakEven(keep: readonly number[], extra: readonly number[]) {
  const perHour = keep.map((watts) => watts * 3600);
  return {
    value: Math.max(0, mean(perHour) / mean(extra)),
    ci95: ratioInterval(perHour, extra),
  };
}

/** Gain is all that the meter can be wrong by: every window begins and ends at rest, and offset cancels. */
function figure(values: readonly number[], { gainRatio }: SensorUncertainty): Figure {
  const value = mean(values);
  const random = ofMean(values);
  const systematic = scale({ u: gainRatio, degrees: Infinity }, value);
  const critical = studentQuantile(0.95, random.degrees) * random.u;
  return {
    value,
    ci95: interval95(value, combine(random, systematic)),
    random95: interval95(value, random),
    systematic95: interval95(value, systematic),
    detectable: value > critical,
    detection_limit: 2 * critical,
  };
}
