import { describe, expect, test } from 'vitest';
import type { Phase } from './input.js';
import { estimateLag } from './lag.js';

/** Idle and load by turns, three seconds each; 2 W more while one request after the other is served. */
function stepped(sampleMs: number, lagMs: number) {
  const phases: Phase[] = [];
  const starts: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    const at = turn * 6e6;
    phases.push({ phase: 'idle', repetition: turn, startUs: at, endUs: at + 3e6 });
    phases.push({ phase: 'load', repetition: turn + 1, startUs: at + 3e6, endUs: at + 6e6 });
    for (let t = at + 3e6; t < at + 6e6; t += 1000) starts.push(t);
  }
  phases.push({ phase: 'idle', repetition: 5, startUs: 24e6, endUs: 28e6 });
  const joulesAt = (ms: number) => {
    const turns = Math.floor(ms / 6000);
    const loaded = ms >= 24_000 ? 12_000 : turns * 3000 + Math.max(0, (ms % 6000) - 3000);
    return (ms + 2 * loaded) / 1000;
  };
  const timeUs = Float64Array.from({ length: 28_000 / sampleMs + 1 }, (_, i) => i * sampleMs * 1e3);
  const energyJoules = timeUs.map((t) => joulesAt(Math.max(0, t / 1e3 - lagMs)));
  const invocations = {
    ...{ functions: ['f'], nodes: ['node'] },
    functionIndex: new Uint16Array(starts.length),
    nodeIndex: new Uint16Array(starts.length),
    startUs: Float64Array.from(starts),
    endUs: Float64Array.from(starts, (t) => t + 1000),
    status: new Uint16Array(starts.length).fill(200),
  };
  return [{ node: 'node', timeUs, energyJoules }, phases, invocations, Float64Array.of(1)] as const;
}

describe('how far the meter is behind the load', () => {
  test.each([
    ['a slow meter', 1000],
    ['a usual one', 100],
    ['a fast one', 1],
  ])('is found with %s, below its period', (_, sampleMs) => {
    for (const lagMs of [-60, 0, 35, 170]) {
      const lag = estimateLag(...stepped(sampleMs, lagMs))!;
      expect(Math.abs(lag.seconds * 1000 - lagMs)).toBeLessThan(Math.max(3, sampleMs / 100));
    }
  });

  test('a fast meter takes hardly longer: its samples are thinned', () => {
    const secondsOf = (sampleMs: number) => {
      const input = stepped(sampleMs, 35);
      const begin = performance.now();
      estimateLag(...input);
      return performance.now() - begin;
    };
    secondsOf(100);
    expect(secondsOf(1)).toBeLessThan(20 * secondsOf(100) + 100);
  });
});
