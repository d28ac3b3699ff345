import type { Figure } from './figure.js';
import { baselineUncertainty, idleJoules } from './idle-baseline.js';
import type { NodeView } from './node-view.js';
import { RegressionFit } from './regression-fit.js';
import { regressionRows, type RegressionRows } from './regression-rows.js';
import type { NodeResult, Refusal } from './result.js';
import { separability } from './separability.js';
import { secondsOf } from './spans.js';
import { combine, interval95, scale } from './uncertainty.js';

/** Rows beyond the parameters, for their scatter to be known. */
const SPARE_BLOCKS = 4;

/** Loads that inflate a variance by this can't be told apart (Kutner et al., Applied Linear Statistical Models, 10.5). */
const MOST_INFLATION = 10;

/** What a regression finds on a node. */
export interface RegressionFound {
  figures: Figure[];
  refused: Refusal[];
  node?: NonNullable<NodeResult['regression']>;
}

/** Several functions at once: energy of load windows on what each did in them. docs/method.md tells the model. */
export function regression(view: NodeView, wanted: ReadonlySet<string>): RegressionFound {
  const built = regressionRows(view);
  const names = built.activities.map((each) => each.function).filter((name) => wanted.has(name));
  if (names.length === 0) return { figures: [], refused: [] };
  const parameters = built.activities.length + 1;
  if (built.blocks < parameters + SPARE_BLOCKS) {
    return {
      figures: [],
      refused: [
        {
          functions: names,
          reason: `${built.windows.length} load windows on ${view.node} are too few to tell ${built.activities.length} functions apart.`,
        },
      ],
    };
  }
  return new Regression(view, built).found(wanted);
}

class Regression {
  private readonly fitted: RegressionFit;

  constructor(
    private readonly view: NodeView,
    private readonly built: RegressionRows,
  ) {
    this.fitted = new RegressionFit(view, built);
  }

  found(wanted: ReadonlySet<string>): RegressionFound {
    const { activities, rows } = this.built;
    const columns = activities.map((_, f) => rows.map(({ feature }) => feature[f]!));
    const { varianceInflation, conditionNumber, companions } = separability(
      columns,
      rows.map(({ weight }) => weight),
    );
    const figures: Figure[] = [];
    const inseparable: number[][] = [];
    activities.forEach((activity, f) => {
      if (!wanted.has(activity.function)) return;
      if (varianceInflation[f]! > MOST_INFLATION) inseparable.push(companions[f]!);
      else figures.push(this.figure(f, varianceInflation[f]!));
    });
    const { value, uncertainty } = this.fitted.exponent();
    const other = this.fitted.otherJoules();
    return {
      figures,
      refused: groupsOf(inseparable).map((group) => this.refusal(group, figures)),
      node: {
        windows: rows.filter(({ weight }) => weight > 0).length,
        condition_number: conditionNumber,
        exponent: { value, ci95: interval95(value, uncertainty) },
        ...(other === undefined ? {} : { other_watts: other / secondsOf(this.view.span) }),
      },
    };
  }

  private figure(f: number, inflation: number): Figure {
    const { activities, windows, features } = this.built;
    const { view, fitted } = this;
    const activity = activities[f]!;
    const count = activity.count.reduce((sum, each) => sum + each, 0);
    const joules = fitted.joules[f]! / count;
    const random = fitted.random([f], activity.count, count);
    const shares = windows.map((_, i) =>
      idleShare(
        activities.map((each) => each.busySeconds[i]!),
        f,
      ),
    );
    const idleSeconds =
      windows.reduce((sum, window, i) => sum + shares[i]! * secondsOf(window), 0) / count;
    const idle = windows.reduce(
      (sum, window, i) => sum + shares[i]! * idleJoules(view.baseline!, window),
      0,
    );
    const cpuJoules = fitted.cpuJoules(f);
    const used = windows.flatMap(({ unusable }, i) =>
      unusable === undefined && activity.count[i]! > 0 ? [i] : [],
    );
    return {
      activity: view.activities.find((each) => each.function === activity.function)!,
      method: 'regression',
      windows: windowsOf(view, windows),
      joules,
      random,
      full: {
        joules: joules + idle / count,
        random: combine(
          random,
          scale(
            baselineUncertainty(
              view.baseline!,
              view.baseline!.factors.map((_, k) => (k === 0 ? 1 : 0)),
            ),
            idleSeconds,
          ),
        ),
      },
      clock: fitted.clock(f, count),
      idleSeconds,
      // What the other functions leave of a window is this one's.
      repetitions: used.map((i) => ({
        repetition: windows[i]!.repetition,
        start_us: windows[i]!.startUs,
        end_us: windows[i]!.endUs,
        invocations: activity.count[i]!,
        energy_joules: windows[i]!.energyJoules,
        marginal_joules_per_invocation:
          (fitted.parts[i]![f]! + fitted.residuals[i]!) / activity.count[i]!,
      })),
      regression: {
        feature: features[f]!,
        variance_inflation: inflation,
        ...(cpuJoules === undefined ? {} : { cpu_joules_per_invocation: cpuJoules / count }),
      },
    };
  }

  private refusal(group: readonly number[], figures: readonly Figure[]): Refusal {
    const { activities, blocks, rows } = this.built;
    const refused = group.filter(
      (f) => !figures.some(({ activity }) => activity.function === activities[f]!.function),
    );
    const names = refused.map((f) => activities[f]!.function);
    const joules = refused.reduce((sum, f) => sum + this.fitted.joules[f]!, 0);
    const gain = { u: this.view.sensor.gainRatio, degrees: Infinity };
    const uncertainty = combine(
      this.fitted.random(refused, new Float64Array(rows.length), 1),
      scale(gain, joules),
    );
    const counts = refused.map((f) => activities[f]!.count.reduce((sum, each) => sum + each, 0));
    return {
      functions: names,
      reason:
        names.length > 1
          ? `On ${this.view.node} their loads rose and fell together in all ${blocks} windows: only the sum of their energies can be told.`
          : `On ${this.view.node} its load rose and fell with the others' in all ${blocks} windows: it can't be told from them.`,
      joint: {
        node: this.view.node,
        energy_joules: joules,
        ci95: interval95(joules, uncertainty),
        invocations: counts,
      },
    };
  }
}

/** By the time in flight. */
function idleShare(busySeconds: readonly number[], f: number): number {
  const all = busySeconds.reduce((sum, each) => sum + each, 0);
  return all > 0 ? busySeconds[f]! / all : 0;
}

function windowsOf(view: NodeView, used: RegressionRows['windows']): number[] {
  return view.windows.flatMap((window, w) =>
    used.some((each) => each.startUs < window.endUs && each.endUs > window.startUs) ? [w] : [],
  );
}

/** The union of groups that share a member. */
function groupsOf(groups: readonly number[][]): number[][] {
  const merged: Set<number>[] = [];
  for (const group of groups) {
    const touching = merged.filter((each) => group.some((f) => each.has(f)));
    const union = new Set([...group, ...touching.flatMap((each) => [...each])]);
    for (const each of touching) merged.splice(merged.indexOf(each), 1);
    merged.push(union);
  }
  return merged.map((group) => [...group].sort((a, b) => a - b));
}
