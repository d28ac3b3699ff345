import { Flags } from '@oclif/core';
import { LOAD_PLACES } from './config-file.js';
import { numberFlag } from './parse-number.js';
import { livePrometheusFlag, outFlag } from './run-flags.js';

const seconds = (name: string, min: number) =>
  numberFlag(name, { min, max: 3600, unit: 'seconds' });

/** Where functions run and where joules come from: shared by `bench` and `target check`. */
export const targetFlags = {
  target: Flags.string({
    description:
      'where functions run: local (this machine), kind (what cluster up makes), or a name in the config file',
    env: 'POWER_HARNESS_TARGET',
    helpValue: 'NAME',
  }),
  gateway: Flags.string({
    description:
      'an OpenFaaS gateway that runs already, instead of a target (log in by OPENFAAS_USERNAME and OPENFAAS_PASSWORD)',
    env: 'POWER_HARNESS_GATEWAY',
    helpValue: 'URL',
  }),
  meters: Flags.string({
    description: 'meters file of real meters; without it see --energy',
    env: 'POWER_HARNESS_METERS',
    helpValue: 'FILE',
  }),
  energy: Flags.option({ options: ['auto', 'rapl', 'twin'] as const, default: 'auto' })({
    description:
      "without meters: RAPL (this machine's own counters), or a digital twin (simulated); auto: RAPL where it can be read and functions run here, else the twin",
    env: 'POWER_HARNESS_ENERGY',
  }),
  sysfs: Flags.string({
    description: 'where sysfs is mounted, for RAPL',
    env: 'POWER_HARNESS_SYSFS',
    helpValue: 'DIR',
    default: '/sys',
  }),
  node: Flags.string({
    description: 'the node to measure, as the meters file names it',
    env: 'POWER_HARNESS_NODE',
    helpValue: 'NAME',
  }),
  load: Flags.option({ options: LOAD_PLACES })({
    description:
      "where k6 runs: local (this machine, the default), or in-cluster (a pod of the target's cluster)",
    env: 'POWER_HARNESS_LOAD',
  }),
  'load-node': Flags.string({
    description:
      'the node k6 runs on with --load in-cluster (default: a ready one that is not measured)',
    env: 'POWER_HARNESS_LOAD_NODE',
    helpValue: 'NAME',
  }),
  'load-parallelism': numberFlag('load-parallelism', {
    ...{ min: 1, max: 100, integer: true, unit: 'k6' },
  })({
    description:
      'how many k6 share the load with --load in-cluster; more than one takes k6-operator in the cluster (default: 1)',
    env: 'POWER_HARNESS_LOAD_PARALLELISM',
    helpValue: 'N',
  }),
  config: Flags.string({
    description: 'config file: targets, and defaults for these flags',
    env: 'POWER_HARNESS_CONFIG',
    helpValue: 'FILE',
    default: 'power-harness.yaml',
  }),
  stack: Flags.string({
    description:
      'OpenFaaS stack file that describes the functions (default: the one of this project)',
    env: 'POWER_HARNESS_STACK',
    helpValue: 'FILE',
  }),
  out: outFlag,
  prometheus: livePrometheusFlag,
};

/** The plan of a run. Those without a default here may have one in the config file. */
export const planFlags = {
  rate: numberFlag('rate', { min: 0.01, max: 100_000, unit: 'requests per second' })({
    description: 'requests per second, open loop (default: found by a short calibration)',
    env: 'POWER_HARNESS_RATE',
    helpValue: 'N',
  }),
  duration: seconds(
    'duration',
    1,
  )({
    description: 'load per repetition, in seconds (default: 8; 3 with --together, of each window)',
    env: 'POWER_HARNESS_DURATION',
    helpValue: 'S',
  }),
  repetitions: numberFlag('repetitions', { min: 2, max: 1000, integer: true, unit: 'repetitions' })(
    {
      description:
        'how often each function is measured; fewer than 6 widen the interval much (default: 6; 24 windows with --together)',
      env: 'POWER_HARNESS_REPETITIONS',
      helpValue: 'N',
    },
  ),
  idle: seconds(
    'idle',
    1,
  )({
    description: 'idle time before and after, in seconds (default: 10)',
    env: 'POWER_HARNESS_IDLE',
    helpValue: 'S',
  }),
  settle: seconds(
    'settle',
    0,
  )({
    description: 'rest before each repetition, in seconds (default: 1)',
    env: 'POWER_HARNESS_SETTLE',
    helpValue: 'S',
  }),
  warmup: seconds(
    'warmup',
    0,
  )({
    description: 'load before each repetition that does not count, in seconds (default: 2)',
    env: 'POWER_HARNESS_WARMUP',
    helpValue: 'S',
  }),
  seed: numberFlag('seed', { min: 0, max: 2 ** 31 - 1, integer: true, unit: '' })({
    description: "draws the order of repetitions and the twin's noise (default: 1)",
    env: 'POWER_HARNESS_SEED',
    helpValue: 'N',
  }),
  payload: Flags.string({
    description: "file to send instead of the function's own payload",
    env: 'POWER_HARNESS_PAYLOAD',
    helpValue: 'FILE',
  }),
  method: Flags.string({
    description: 'how energy is attributed',
    options: ['auto', 'difference', 'regression', 'ratio'],
    env: 'POWER_HARNESS_METHOD',
  }),
  'twin-options': Flags.string({
    description:
      "errors and faults of the twin, such as 'gain-error=0.05 loss=0.1'; power-meter-twin --help lists them",
    env: 'POWER_HARNESS_TWIN_OPTIONS',
    helpValue: 'LIST',
  }),
};
