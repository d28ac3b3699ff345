import { Flags } from '@oclif/core';
import { parsePercentage } from './parse-percentage.js';

/** How functions are put under load; without any of these, one after the other for --repetitions. */
export const modeFlags = {
  together: Flags.boolean({
    description:
      'put the functions under load at once, at rates that change from window to window (drawn from the seed) so that their energies can be told apart; --rate is the mean rate of each',
  }),
  cold: Flags.boolean({
    description:
      'measure cold starts instead: energy and time from no replica to the first answer, what an idle replica costs, and from which rate on keeping one is cheaper',
  }),
  precision: Flags.custom<number>({ parse: parsePercentage('precision') })({
    description:
      'repeat until the combined interval is within so much of the figure on both sides, or --budget is spent',
    env: 'POWER_HARNESS_PRECISION',
    helpValue: 'N%',
  }),
  budget: Flags.string({
    description: 'the longest --precision may take, such as 5m or 1h30m (default: 10m)',
    env: 'POWER_HARNESS_BUDGET',
    helpValue: 'TIME',
  }),
};
