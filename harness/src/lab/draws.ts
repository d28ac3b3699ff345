import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';

/** Random draws of one seed: the same seed, the same run. */
export class Draws {
  private readonly random;
  private spare: number | undefined;

  constructor(seed: number) {
    this.random = mersenne(seed);
  }

  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformFloat64(this.random);
  }

  /** Source: Box, Muller, Ann. Math. Statist. 29 (1958): two deviates at a time. */
  normal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** Log-normal, by its mean and its relative standard deviation. */
  logNormal(mean: number, spread: number): number {
    const variance = Math.log(1 + spread * spread);
    return mean * Math.exp(Math.sqrt(variance) * this.normal() - variance / 2);
  }

  shuffle<T>(values: readonly T[]): T[] {
    const shuffled = [...values];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = uniformInt(this.random, 0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }
}
