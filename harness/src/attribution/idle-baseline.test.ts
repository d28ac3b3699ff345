import { mersenne } from 'pure-rand/generator/mersenne';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { describe, expect, test } from 'vitest';
import { baselineUncertainty, idleBaseline, idleJoules } from './idle-baseline.js';
import type { IdlePiece } from './idle.js';
import { secondsOf, type Span } from './spans.js';
import { interval95 } from './uncertainty.js';

/** Ten seconds of idle time, six loads with a second between, ten seconds of idle time. */
const LOADS = Array.from({ length: 6 }, (_, i): Span => {
  const startUs = 10e6 + i * 11e6;
  return { startUs, endUs: startUs + 10e6 };
});
const EXTENT = { startUs: 0, endUs: 86e6 };

/** Pieces of a second, of a node that warms up by `watts` with `tau` seconds, and what its idling took under load. */
function drawn(seed: number, watts: number, tau: number) {
  const random = mersenne(seed);
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - uniformFloat64(random))) *
    Math.cos(2 * Math.PI * uniformFloat64(random));
  const mean = ({ startUs, endUs }: Span) => {
    const rest = (us: number) => tau * Math.exp(-us / 1e6 / tau);
    return 2 + watts * (1 - (rest(startUs) - rest(endUs)) / ((endUs - startUs) / 1e6));
  };
  const pieces: IdlePiece[] = [];
  for (let startUs = 0; startUs < EXTENT.endUs; startUs += 1e6) {
    const span = { startUs, endUs: startUs + 1e6 };
    if (LOADS.some((load) => load.startUs < span.endUs && load.endUs > startUs)) continue;
    const follows = pieces.at(-1)?.endUs === startUs;
    pieces.push({ ...span, seconds: 1, watts: mean(span) + 0.008 * normal(), follows });
  }
  const truth = LOADS.reduce((sum, load) => sum + mean(load) * secondsOf(load), 0);
  return { pieces, truth };
}

const SEEDS = Array.from({ length: 300 }, (_, i) => i + 1);

describe('idle power between the times it is seen', () => {
  test.each([
    ['rests', 0, 60],
    ['warms up quickly', 0.1, 15],
    ['warms up', 0.1, 60],
    ['warms up along a line', 0.3, 1000],
  ])('the 95 %% interval holds where a node %s', (_, watts, tau) => {
    let [covered, off] = [0, 0];
    for (const seed of SEEDS) {
      const { pieces, truth } = drawn(seed, watts, tau);
      const baseline = idleBaseline(pieces, EXTENT, []);
      const joules = LOADS.reduce((sum, load) => sum + idleJoules(baseline, load), 0);
      const slopes = baseline.factors.map((_, k) =>
        LOADS.reduce((sum, load) => sum + baseline.terms(load)[k]!, 0),
      );
      const { low, high } = interval95(joules, baselineUncertainty(baseline, slopes));
      if (low <= truth && truth <= high) covered++;
      off += (joules - truth) / 60 / SEEDS.length;
    }
    expect(covered / SEEDS.length).toBeGreaterThan(0.915);
    expect(covered / SEEDS.length).toBeLessThan(0.985);
    expect(Math.abs(off)).toBeLessThan(0.002);
  });
});
