import { cumulativeAt } from '../../attribution/cumulative.js';
import type { AttributionInput, EntityCpu, NodeSamples } from '../../attribution/input.js';
import { countIn, invocationsOf } from '../../attribution/node-invocations.js';
import { secondsOf, type Span } from '../../attribution/spans.js';

/** One node as another method sees it. */
export interface PeerInput {
  samples: NodeSamples;
  cpu: readonly EntityCpu[];
  run: AttributionInput;
  cores: number;
}

/** Another way to joules per invocation, for comparison: by function. */
export type Peer = (input: PeerInput) => Map<string, number>;

/** The metered time in equal pieces of about `seconds`. */
export function piecesOf({ timeUs }: NodeSamples, seconds: number): Span[] {
  const [startUs, endUs] = [timeUs[0]!, timeUs[timeUs.length - 1]!];
  const count = Math.max(1, Math.round((endUs - startUs) / 1e6 / seconds));
  const step = (endUs - startUs) / count;
  return Array.from({ length: count }, (_, i) => ({
    startUs: startUs + i * step,
    endUs: i === count - 1 ? endUs : startUs + (i + 1) * step,
  }));
}

/** CPU seconds per second, from the readings that cover the span or what of it they do. */
export function cpuRate({ timeUs, cpuSeconds }: EntityCpu, span: Span): number {
  const startUs = Math.max(span.startUs, timeUs[0]!);
  const endUs = Math.min(span.endUs, timeUs[timeUs.length - 1]!);
  if (endUs <= startUs) return 0;
  const rise = cumulativeAt(timeUs, cpuSeconds, endUs) - cumulativeAt(timeUs, cpuSeconds, startUs);
  return rise / secondsOf({ startUs, endUs });
}

/** Each function's energy by its invocations that succeeded in all the time metered. */
export function perInvocation(
  joules: ReadonlyMap<string, number>,
  { run, samples: { node, timeUs } }: PeerInput,
): Map<string, number> {
  const metered = { startUs: timeUs[0]!, endUs: timeUs[timeUs.length - 1]! };
  return new Map(
    invocationsOf(run.invocations, node).map((own) => [
      own.function,
      (joules.get(own.function) ?? 0) / countIn(own, metered),
    ]),
  );
}

export const FUNCTION_ENTITY = 'function:';
