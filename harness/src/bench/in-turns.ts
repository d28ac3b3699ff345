import type { Measurement } from './measurement.js';
import { planTurns, type Turn } from './plan.js';
import type { Precision } from './precision.js';
import { RepetitionCheck } from './repetition-check.js';
import type { Sequence } from './sequence.js';
import { UntilPrecise } from './until-precise.js';

/** More repetitions than this are not made, however much budget there is. */
const MOST_REPETITIONS = 1000;

/** Functions one after the other: idle, the turns of the plan, idle. */
export async function measureInTurns(
  m: Measurement,
  sequence: Sequence,
  precision?: Precision,
): Promise<void> {
  const { options, run } = m;
  const { functions, seed } = options;
  const check = new RepetitionCheck(run.manifest.warnings);
  const until = precision && new UntilPrecise(m, precision);
  for (const name of functions) await sequence.calibrate(name);
  await run.save();
  await sequence.idle(0);
  until?.begin();
  const turns = planTurns(functions, until ? MOST_REPETITIONS : options.repetitions, seed);
  let repetitions = 0;
  for (const [index, turn] of turns.entries()) {
    const folder = `${String(index + 1).padStart(2, '0')}-${turn.function}`;
    const what = `${index + 1}${until ? '' : `/${turns.length}`} ${turn.function}`;
    await takeTurn(m, sequence, check, { ...turn, folder, what });
    if ((index + 1) % functions.length > 0) continue;
    repetitions = turn.repetition;
    const rest = (seconds: number) => sequence.rest('settle', repetitions + 1, seconds);
    if (await until?.isEnough(repetitions, rest)) break;
  }
  await sequence.idle(repetitions + 1);
}

/** Settle, warm-up, load of one function. */
async function takeTurn(
  { options, run }: Measurement,
  sequence: Sequence,
  check: RepetitionCheck,
  { repetition, function: name, ...where }: Turn & { folder: string; what: string },
): Promise<void> {
  await sequence.rest('settle', repetition, options.settleSeconds);
  const ratePerSecond = run.manifest.plan.rate_per_second[name]!;
  const ratesOf = new Map([[name, [ratePerSecond]]]);
  const { startUs, windows } = await sequence.drive({ ...where, repetition, ratesOf });
  const [window] = windows as [(typeof windows)[number]];
  if (options.warmupSeconds > 0) {
    run.addPhase({ phase: 'warmup', repetition, startUs, endUs: window.startUs, function: name });
  }
  const accepted = check.accept({ functions: [name], repetition, ratePerSecond, ...window });
  // Load that must not count is warm-up: known, and left out.
  run.addPhase({ ...window, phase: accepted ? 'load' : 'warmup', repetition, function: name });
}
