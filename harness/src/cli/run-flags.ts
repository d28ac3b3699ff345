import { Args, Flags } from '@oclif/core';

/** The folder runs go to and are looked for in. */
export const outFlag = Flags.string({
  description: 'folder that runs go to, and are looked for in',
  default: 'runs',
  env: 'POWER_HARNESS_OUT',
  helpValue: 'DIR',
});

/** The run that a command is about. */
export const runArg = Args.string({
  required: true,
  description: "a run's folder, name, or a unique part of it",
});

const LOGIN = 'remote write; log in by POWER_HARNESS_PROMETHEUS_USERNAME and _PASSWORD, or _TOKEN';

/** A Prometheus that a run is written to. */
export const prometheusFlag = Flags.custom<string>({
  description: `write phases and figures to this Prometheus (${LOGIN})`,
  env: 'POWER_HARNESS_PROMETHEUS',
  helpValue: 'URL',
});

/** The same, of a run that is yet to be. */
export const livePrometheusFlag = prometheusFlag({
  description: `write k6's metrics during load, phases and figures at the end to this Prometheus (${LOGIN})`,
});
