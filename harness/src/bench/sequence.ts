import { type SampleCollector } from '../energy/sample-collector.js';
import { type Phase, type PhaseName } from '../attribution/input.js';
import { EnergySourceError } from '../errors.js';
import { calibrateRate } from '../load/calibrate-rate.js';
import { importRequests } from '../load/requests.js';
import { runLoad } from '../load/run-load.js';
import { type Measurement } from './measure.js';
import { timedPhase } from './phase-clock.js';
import { type Turn } from './plan.js';
import { RepetitionCheck } from './repetition-check.js';

/** The steps of a run, each of which leaves its rows behind. */
export class Sequence {
  readonly check = new RepetitionCheck();
  private requests = 0;

  constructor(
    private readonly m: Measurement,
    private readonly collector: SampleCollector,
  ) {}

  /** Nothing is asked of the node: `idle`, or `settle` before a repetition. */
  async rest(phase: PhaseName, repetition: number, seconds: number): Promise<void> {
    const { talk, signal, run } = this.m;
    const times = await timedPhase(phase, seconds, talk, () => this.facts(), signal);
    run.addPhase({ phase, repetition, ...times });
  }
}
