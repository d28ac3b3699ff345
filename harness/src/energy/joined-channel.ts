import type { SampleRow } from './energy-source.js';

type Counted = Pick<SampleRow, 'gapUs' | 'missedCycles' | 'overrangeSamples'> & {
  energyJoules: number;
};

const NOTHING: Counted = { energyJoules: 0, gapUs: 0, missedCycles: 0, overrangeSamples: 0 };

/**
 * One channel's counters across restarts of its exporter, which begin at 0 anew. The energy of the time in between is
 * known to nobody: it is counted as a gap.
 */
export class JoinedChannel {
  private base = NOTHING;
  private last: (Counted & { timeUs: number }) | undefined;

  /** @param row - the next, in the order of time */
  add(row: SampleRow): SampleRow {
    const { energyJoules, timeUs } = row;
    if (energyJoules === undefined) return row;
    if (this.last && energyJoules < this.last.energyJoules) {
      this.base = sum(this.base, this.last);
      this.base.gapUs += Math.max(0, timeUs - this.last.timeUs);
    }
    this.last = { ...row, energyJoules };
    return { ...row, ...sum(this.base, this.last) };
  }
}

function sum(a: Counted, b: Counted): Counted {
  return {
    energyJoules: a.energyJoules + b.energyJoules,
    gapUs: a.gapUs + b.gapUs,
    missedCycles: a.missedCycles + b.missedCycles,
    overrangeSamples: a.overrangeSamples + b.overrangeSamples,
  };
}
