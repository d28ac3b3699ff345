import {
  AnnotationQueryBuilder,
  DashboardBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { bars, fixedColor, number, overTime, row, stacked, steps, table } from './panels.js';
import { resultOf, RUN, RUN_ON_NODE } from './run-queries.js';
import { DATASOURCE, datasource, one, SCRAPED, scrapedBy, several } from './variables.js';

const FUNCTION_AND_NODE = { function: 'Function', node: 'Node' };
const result = (metric: string) => resultOf(metric, 'function, node');
const latency = (quantile: string) =>
  `max by (function, node) (last_over_time(power_harness_latency_seconds{${RUN_ON_NODE},quantile="${quantile}"}[$__range]))`;

/** What k6 writes carries the run as `testid`; its own name for it. */
const K6_RUN = 'testid="$run"';

/** One run, chosen at the top: what was asked of the node, what it drew, what an invocation costs. */
export const benchmarkDashboard = new DashboardBuilder('Benchmark run')
  .uid('power-harness-benchmark')
  .description(
    'One run of power-harness bench, written by runs push: load, latency, power by phase, joules per invocation, balance.',
  )
  .tags(['power-harness', 'energy'])
  .readonly()
  .time({ from: 'now-1h', to: 'now' })
  .withVariable(datasource)
  .withVariable(scrapedBy('power_harness_run_info')[0]!)
  .withVariable(scrapedBy('power_harness_run_info')[1]!)
  .withVariable(one('run', 'Run', `label_values(power_harness_run_info{${SCRAPED}}, run)`))
  .withVariable(several('node', 'Node', `label_values(power_harness_idle_watts{${RUN}}, node)`))
  .annotation(
    new AnnotationQueryBuilder()
      .name('Phases')
      .datasource(DATASOURCE)
      .enable(true)
      .iconColor('rgba(120, 120, 120, 0.6)')
      .expr(`max by (phase, function) (power_harness_phase_repetition{${RUN}})`)
      .step('1s')
      .titleFormat('{{phase}}')
      .textFormat('{{function}}')
      .tagKeys('phase,function'),
  )
  .withRow(row('Joules per invocation'))
  .withPanel(
    table(
      {
        title: 'Marginal energy of an invocation',
        description:
          'What one more invocation adds above idle, with its 95 % interval (random and systematic combined). Below "told from nothing" a figure is no figure. Truth is known for simulated runs only.',
        unit: 'joule',
        width: 24,
        height: 6,
      },
      FUNCTION_AND_NODE,
      [result('marginal_joules_per_invocation'), 'J/invocation'],
      [result('marginal_joules_per_invocation_low'), 'low'],
      [result('marginal_joules_per_invocation_high'), 'high'],
      [result('detection_limit_joules_per_invocation'), 'told from nothing above'],
      [result('full_joules_per_invocation'), 'full J/invocation, idle by time'],
      [result('truth_joules_per_invocation'), 'truth'],
    ),
  )
  .withPanel(
    bars(
      {
        title: 'Marginal energy',
        description: 'Above idle, by function and node.',
        unit: 'joule',
        width: 8,
      },
      [result('marginal_joules_per_invocation'), '{{function}} on {{node}}'],
    ),
  )
  .withPanel(
    bars(
      {
        title: 'Balance of energy',
        description:
          'What was measured = idle + functions + other + residual. A residual that is not small says that the model misses something.',
        unit: 'joule',
        width: 8,
      },
      [resultOf('node_energy_joules', 'node, part'), '{{node}}: {{part}}'],
    ),
  )
  .withPanel(
    number(
      {
        title: 'Idle power',
        description: 'Of each node with nothing to do, with its 95 % interval.',
        unit: 'watt',
        width: 4,
      },
      [resultOf('idle_watts', 'node'), '{{node}}'],
      [resultOf('idle_watts_low', 'node'), '{{node}} low'],
      [resultOf('idle_watts_high', 'node'), '{{node}} high'],
    ),
  )
  .withPanel(
    number(
      {
        title: 'Warnings',
        description:
          'What the run found out about itself. An error makes its figures invalid: see its report.',
        unit: 'short',
        width: 4,
      },
      [resultOf('run_warnings', 'severity', RUN), '{{severity}}'],
    ).thresholds(steps('green', [1, 'orange'])),
  )
  .withRow(row('What happened'))
  .withPanel(
    stacked(
      {
        title: 'Power',
        description: 'From the energy counters; the bands are the phases of the run.',
        unit: 'watt',
        width: 24,
        height: 10,
      },
      [
        `sum by (node) (max by (meter, channel) (rate(power_meter_energy_joules_total[$__rate_interval])) * on (meter, channel) group_left (node) max by (meter, channel, node) (power_meter_channel_info{node=~"$node"}))`,
        '{{node}}',
      ],
    ),
  )
  .withPanel(
    overTime(
      {
        title: 'Load',
        description:
          'Requests that k6 sent, by function and status; dropped are those it could not send in time.',
        unit: 'reqps',
        width: 12,
      },
      [
        `sum by (function, status) (rate(k6_http_reqs_total{${K6_RUN}}[$__rate_interval]))`,
        '{{function}} {{status}}',
      ],
      [`sum(rate(k6_dropped_iterations_total{${K6_RUN}}[$__rate_interval]))`, 'dropped'],
    ).overrideByName('dropped', [fixedColor('red')]),
  )
  .withPanel(
    overTime(
      {
        title: 'Latency',
        description: 'As k6 saw it while it ran, of all requests since the load began.',
        unit: 's',
        width: 12,
      },
      ...['50', '95', '99'].map(
        (p) =>
          [
            `max by (function) (k6_http_req_duration_p${p}{${K6_RUN}})`,
            `{{function}} p${p}`,
          ] as const,
      ),
    ),
  )
  .withPanel(
    table(
      {
        title: 'Invocations and latency',
        description: 'From every single request of the load phases.',
        unit: 's',
        width: 24,
        height: 6,
      },
      FUNCTION_AND_NODE,
      [result('invocations'), 'invocations'],
      [result('failed_invocations'), 'failed'],
      [latency('0.5'), 'p50'],
      [latency('0.95'), 'p95'],
      [latency('0.99'), 'p99'],
    )
      .overrideByName('invocations', [{ id: 'unit', value: 'short' }])
      .overrideByName('failed', [{ id: 'unit', value: 'short' }]),
  )
  .withPanel(
    table(
      {
        title: 'The run',
        description: 'How it was made. A simulated run was metered by a digital twin.',
        unit: 'none',
        width: 24,
        height: 4,
      },
      {
        run: 'Run',
        target: 'Target',
        method: 'Method',
        simulated: 'Simulated',
        state: 'State',
        version: 'power-harness',
      },
      [
        `max by (run, target, method, simulated, state, version) (last_over_time(power_harness_run_info{${RUN}}[$__range]))`,
        'known',
      ],
    ),
  );
