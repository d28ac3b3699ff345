import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';

/** One function's turn in one repetition. */
export interface Turn {
  repetition: number;
  function: string;
}

/**
 * Randomised complete blocks: every repetition measures every function once, in an order drawn from
 * `seed` (Fisher-Yates), so that slow drift does not favour one of them.
 */
export function planTurns(functions: readonly string[], repetitions: number, seed: number): Turn[] {
  const random = mersenne(seed);
  const turns: Turn[] = [];
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    const block = [...functions];
    for (let i = block.length - 1; i > 0; i--) {
      const j = uniformInt(random, 0, i);
      [block[i], block[j]] = [block[j]!, block[i]!];
    }
    turns.push(...block.map((name) => ({ repetition, function: name })));
  }
  return turns;
}
