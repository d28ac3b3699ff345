import { totalOf, type Activity } from './activity.js';
import { balance } from './balance.js';
import { difference } from './difference.js';
import { functionResult, type Figure } from './figure.js';
import { baselineUncertainty, idleJoules, type IdleBaseline } from './idle-baseline.js';
import { idleModel } from './idle-split.js';
import type { NodeView } from './node-view.js';
import { hasCpuShare, ratio } from './ratio.js';
import { regression, type RegressionFound } from './regression.js';
import type { AttributionResult, MethodName, NodeResult } from './result.js';
import { secondsOf } from './spans.js';
import { combine, interval95, scale } from './uncertainty.js';
import { functionWarnings, leftOutWarnings, nodeWarnings } from './warnings.js';

/** Fewer repetitions than this say nothing of their own scatter. */
const FEWEST_REPETITIONS = 2;

/** Of another function's invocations in a window, more than this share can't be overlooked. */
const FOREIGN_SHARE = 0.001;

/** Adds what a node tells to the result. */
export function attributeNode(
  view: NodeView,
  method: 'auto' | MethodName,
  result: AttributionResult,
): void {
  const { node, activities, whole } = view;
  if (!view.baseline) {
    result.refused.push({
      functions: whole.map((each) => each.function),
      reason: `${node} was never idle while it was metered, so nothing can be taken off.`,
    });
    return;
  }
  result.warnings.push(...leftOutWarnings(view));
  const figures: Figure[] = [];
  const together = new Set<string>();
  for (const activity of activities) {
    if (method === 'regression') {
      if (failedReason(activity, view, result)) continue;
      together.add(activity.function);
      continue;
    }
    const { windows, mixedWith } = windowsOf(view, activity);
    if (failedReason(activity, view, result)) continue;
    if (mixedWith.length > 0 && method !== 'ratio') {
      if (method === 'auto') together.add(activity.function);
      else {
        result.refused.push({
          functions: [activity.function, ...mixedWith].sort(),
          reason:
            'They were under load at once; their energies can be told apart by regression only.',
        });
      }
      continue;
    }
    const chosen =
      method === 'ratio'
        ? usableWindows(view, activity).filter((w) => hasCpuShare(view, activity, w))
        : windows;
    if (chosen.length < FEWEST_REPETITIONS) {
      result.refused.push({
        functions: [activity.function],
        reason: fewReason(method, chosen.length),
      });
      continue;
    }
    figures.push((method === 'ratio' ? ratio : difference)(view, activity, chosen));
  }
  const found: RegressionFound =
    together.size > 0 ? regression(view, together) : { figures: [], refused: [] };
  result.refused.push(...found.refused);
  const functions = [...figures, ...found.figures]
    .sort((a, b) => (a.activity.function < b.activity.function ? -1 : 1))
    .map((figure) => functionResult(view, figure));
  result.functions.push(...functions);
  for (const each of functions) result.warnings.push(...functionWarnings(each));
  const nodeFound = nodeResult(view, functions, found.node);
  result.nodes.push(nodeFound);
  result.warnings.push(...nodeWarnings(view, nodeFound));
}

/** Windows in which a function ran, and whose energy is known. */
function usableWindows({ windows }: NodeView, { count }: Activity): number[] {
  return windows.flatMap((each, w) => (each.unusable === undefined && count[w]! > 0 ? [w] : []));
}

/** Those of a function alone, and whom it shared others with. */
function windowsOf(view: NodeView, activity: Activity) {
  const mixedWith = new Set<string>();
  const windows = usableWindows(view, activity).filter((w) => {
    const { function: of } = view.windows[w]!;
    if (of !== undefined && of !== activity.function) return false;
    const foreign = view.activities.filter(
      (other) => other !== activity && other.count[w]! > FOREIGN_SHARE * activity.count[w]!,
    );
    for (const each of foreign) mixedWith.add(each.function);
    return foreign.length === 0;
  });
  return { windows, mixedWith: [...mixedWith] };
}

function failedReason(activity: Activity, view: NodeView, result: AttributionResult): boolean {
  const whole = view.whole.find((each) => each.function === activity.function)!;
  if (totalOf(whole.succeeded) > 0) return false;
  result.refused.push({
    functions: [activity.function],
    reason: 'None of its invocations succeeded.',
  });
  return true;
}

function fewReason(method: 'auto' | MethodName, usable: number): string {
  const without = method === 'ratio' ? ' (CPU time of its replicas must be known over them)' : '';
  return `Only ${usable} of its repetitions can be used${without}; it takes ${FEWEST_REPETITIONS} to know the scatter.`;
}

function nodeResult(
  view: NodeView,
  functions: AttributionResult['functions'],
  regressed: RegressionFound['node'],
): NodeResult {
  const { node, sensor, clock, span } = view;
  const baseline: IdleBaseline = view.baseline!;
  const model = idleModel(view);
  const watts = idleJoules(baseline, span) / secondsOf(span) - model.other_watts;
  const slopes = baseline.terms(span).map((joules) => joules / secondsOf(span));
  const uncertainty = combine(
    baselineUncertainty(baseline, slopes),
    scale({ u: sensor.gainRatio, degrees: Infinity }, watts),
    { u: sensor.offsetWatts, degrees: Infinity },
  );
  return {
    node,
    idle_watts: { value: watts, ci95: interval95(watts, uncertainty) },
    energy_joules: balance(view, functions, regressed?.other_watts ?? 0),
    idle_model: model,
    ...(clock.estimated
      ? {
          lag_seconds: {
            value: clock.seconds,
            ci95: interval95(clock.seconds, clock.uncertainty),
          },
        }
      : {}),
    ...(regressed ? { regression: regressed } : {}),
  };
}
