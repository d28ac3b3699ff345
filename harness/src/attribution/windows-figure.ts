import type { Activity } from './activity.js';
import { unheardCpuSeconds } from './baseline-offsets.js';
import { allCpuAboveIdle } from './cpu-use.js';
import type { Figure } from './figure.js';
import { baselineUncertainty, idleJoules } from './idle-baseline.js';
import type { NodeView } from './node-view.js';
import { secondsOf } from './spans.js';
import { combine, mean, ofMean, scale } from './uncertainty.js';
import { withoutOtherWork } from './unheard-work.js';

/**
 * A function's figure from whole load windows: its share of each one's energy above idle, by its invocations. The window is
 * the sample. docs/method.md derives the formulas.
 * @param windows - of `view`, by their index
 * @param shareOf - of a window's energy, from 0 to 1
 */
export function windowsFigure(
  method: Figure['method'],
  view: NodeView,
  activity: Activity,
  windows: readonly number[],
  shareOf: (w: number) => number,
): Figure {
  const baseline = view.baseline!;
  const repetitions = windows.map((w) => {
    const window = view.windows[w]!;
    const share = shareOf(w);
    const count = activity.count[w]!;
    return {
      window,
      count,
      marginal: (share * (window.energyJoules - idleJoules(baseline, window))) / count,
      full: (share * window.energyJoules) / count,
      idleSeconds: (share * secondsOf(window)) / count,
      terms: baseline.terms(window).map((joules) => (share * joules) / count),
    };
  });
  const measured = repetitions.map((each) => each.marginal);
  const spans = repetitions.map((each) => each.window);
  const found =
    unheardCpuSeconds(view, spans) &&
    withoutOtherWork(
      measured,
      repetitions.map(({ window, count }, i) => {
        const aboveIdle = allCpuAboveIdle(view.otherCpu, [window], view.idle);
        return (shareOf(windows[i]!) * aboveIdle) / count;
      }),
    );
  const { marginals, random } = found ?? { marginals: measured, random: ofMean(measured) };
  const joules = mean(marginals);
  const slopes = baseline.factors.map((_, i) => mean(repetitions.map(({ terms }) => terms[i]!)));
  const windowSeconds = mean(repetitions.map(({ window }) => secondsOf(window)));
  return {
    activity,
    method,
    windows,
    joules,
    // Every window subtracts the same idle power, so their scatter does not show its uncertainty.
    random: combine(random, baselineUncertainty(baseline, slopes)),
    full: {
      joules: mean(repetitions.map((each) => each.full)),
      random: ofMean(repetitions.map((each) => each.full)),
    },
    clock: scale(view.clock.uncertainty, joules / windowSeconds),
    idleSeconds: mean(repetitions.map((each) => each.idleSeconds)),
    repetitions: repetitions.map(({ window, count }, i) => ({
      repetition: window.repetition,
      start_us: window.startUs,
      end_us: window.endUs,
      invocations: count,
      energy_joules: window.energyJoules,
      marginal_joules_per_invocation: marginals[i]!,
    })),
  };
}
