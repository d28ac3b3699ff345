import { type Measurement } from './measurement.js';
import { planTurns, type Turn } from './plan.js';
import { RepetitionCheck } from './repetition-check.js';
import { type Sequence } from './sequence.js';

/** Functions one after the other: idle, the turns of the plan, idle. */
export async function measureInTurns(m: Measurement, sequence: Sequence): Promise<void> {
  const { options, run } = m;
  const check = new RepetitionCheck(run.manifest.warnings);
  for (const name of options.functions) await sequence.calibrate(name);
  await run.save();
  await sequence.idle(0);
  const turns = planTurns(options.functions, options.repetitions, options.seed);
  for (const [index, turn] of turns.entries()) {
    const folder = `${String(index + 1).padStart(2, '0')}-${turn.function}`;
    const what = `${index + 1}/${turns.length} ${turn.function}`;
    await takeTurn(m, sequence, check, { ...turn, folder, what });
  }
  await sequence.idle(options.repetitions + 1);
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
