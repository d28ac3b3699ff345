import type { Measurement } from './measurement.js';
import { RepetitionCheck } from './repetition-check.js';
import type { Sequence } from './sequence.js';
import type { TogetherPlan } from './together-plan.js';
import { plain } from '../report/quantity.js';

/** Windows driven without a pause; between such rounds the node rests, so that drift of its idle power is seen. */
const WINDOWS_A_ROUND = 8;

/** Of the windows, so many may fail to keep their rates before the run ends. */
const INVALID_SHARE = 0.2;

/** Functions under load at once, each at the rates of the plan: idle, rounds of windows, idle. */
export async function measureTogether(
  m: Measurement,
  plan: TogetherPlan,
  sequence: Sequence,
): Promise<void> {
  const { options, run, talk } = m;
  const { functions } = options;
  const manifestPlan = run.manifest.plan;
  const windows = options.repetitions;
  const correlation = plain(plan.largestCorrelation, 2);
  talk.say(
    `Plan: ${windows} windows; no two functions' rates correlate by more than ${correlation}, condition number ${plain(plan.conditionNumber, 3)} at most`,
  );
  // Alone each may take its share of a replica; together they share the node.
  for (const name of functions) await sequence.calibrate(name, 1 / functions.length);
  manifestPlan.rate_levels = Object.fromEntries(
    functions.map((name, index) => [name, plan.levels[index]!]),
  );
  await run.save();
  const check = new RepetitionCheck(
    run.manifest.warnings,
    Math.max(2, Math.ceil(windows * INVALID_SHARE)),
  );
  await sequence.idle(0);
  for (let first = 0, round = 1; first < windows; first += WINDOWS_A_ROUND, round++) {
    const end = Math.min(windows, first + WINDOWS_A_ROUND);
    await sequence.rest('settle', first + 1, options.settleSeconds);
    const ratesOf = new Map(
      functions.map((name, index) => {
        const mean = manifestPlan.rate_per_second[name]!;
        return [name, plan.levels[index]!.slice(first, end).map((level) => level * mean)];
      }),
    );
    const what = `windows ${first + 1} to ${end} of ${windows}`;
    const folder = `${String(round).padStart(2, '0')}-together`;
    const driven = await sequence.drive({ ratesOf, repetition: round, folder, what });
    const { startUs } = driven;
    if (options.warmupSeconds > 0) {
      const endUs = driven.windows[0]!.startUs;
      run.addPhase({ phase: 'warmup', repetition: first + 1, startUs, endUs });
    }
    for (const [index, window] of driven.windows.entries()) {
      const repetition = first + index + 1;
      const ratePerSecond = window.scheduledRequests / options.loadSeconds;
      const accepted = check.accept({ functions, repetition, ratePerSecond, ...window });
      // Load that must not count is warm-up: known, and left out.
      run.addPhase({ ...window, phase: accepted ? 'load' : 'warmup', repetition });
    }
  }
  await sequence.idle(windows + 1);
}
