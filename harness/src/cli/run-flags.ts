import { Flags } from '@oclif/core';

/** The folder runs go to and are looked for in. */
export const outFlag = Flags.string({
  description: 'folder that runs go to, and are looked for in',
  default: 'runs',
  env: 'POWER_HARNESS_OUT',
  helpValue: 'DIR',
});
