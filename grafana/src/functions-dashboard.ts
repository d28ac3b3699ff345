import { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import { bars, fixedColor, overTime, row, stacked } from './panels.js';
import { datasource, several } from './variables.js';

const ON_NODE = 'node=~"$node"';
const OF_FUNCTION = 'function=~"$function"';

/** The gateway calls a function NAME.NAMESPACE. */
const gateway = (metric: string, ...more: string[]) =>
  `${metric}{${['function_name=~"($function)([.].*)?"', ...more].join(',')}}`;

const everyRun = (metric: string) =>
  `max by (function, node) (last_over_time(power_harness_${metric}{${OF_FUNCTION},${ON_NODE}}[$__interval]))`;

/** A point a run, and smaller ones at the ends of its interval. */
const runByRun = (metric: string, title: string, description: string) =>
  overTime(
    { title, description, unit: 'joule', width: 24, height: 10 },
    [everyRun(metric), '{{function}} on {{node}}'],
    [everyRun(`${metric}_low`), '{{function}} on {{node}}, low'],
    [everyRun(`${metric}_high`), '{{function}} on {{node}}, high'],
  )
    .interval('1m')
    .showPoints(VisibilityMode.Always)
    .pointSize(6)
    .lineWidth(0)
    .fillOpacity(0)
    .overrideByRegexp('/, (low|high)$/', [{ id: 'custom.pointSize', value: 3 }]);

/** What functions draw now, and what an invocation of them cost in every run. */
export const functionsDashboard = new DashboardBuilder('Energy of functions')
  .uid('power-harness-functions')
  .description(
    'Live watts of functions by CPU share, conserving what the meters see, against latency; joules per invocation of every run.',
  )
  .tags(['power-harness', 'energy'])
  .readonly()
  .refresh('30s')
  .time({ from: 'now-1h', to: 'now' })
  .withVariable(datasource)
  .withVariable(several('node', 'Node', 'label_values(node:power_meter_power_watts:rate1m, node)'))
  .withVariable(
    several(
      'function',
      'Function',
      'query_result(count by (function) (label_replace(gateway_service_count, "function", "$1", "function_name", "([^.]+).*") or power_harness_marginal_joules_per_invocation or power_harness_cold_start_joules))',
    ).regex('/function="([^"]+)"/'),
  )
  .withRow(row('Now, by CPU share'))
  .withPanel(
    stacked(
      {
        title: 'Power',
        description:
          'Idle + functions + other is what the meters see. A function gets the share of the power above idle that it has of CPU time: an estimate. A bench measures.',
        unit: 'watt',
        width: 16,
        height: 10,
      },
      [`sum(node:power_meter_idle_watts:quantile1h{${ON_NODE}})`, 'idle'],
      [
        `sum by (function) (function:power_meter_dynamic_watts:rate1m{${ON_NODE},${OF_FUNCTION}})`,
        '{{function}}',
      ],
      [`sum(node:power_meter_other_watts:rate1m{${ON_NODE}})`, 'other'],
    )
      .overrideByName('idle', [fixedColor('dark-blue')])
      .overrideByName('other', [fixedColor('gray')]),
  )
  .withPanel(
    bars(
      {
        title: 'Energy by function',
        description: 'In the time range, above idle, by CPU share: mean power times its length.',
        unit: 'joule',
        width: 8,
        height: 10,
      },
      [
        `sort_desc(sum by (function) (avg_over_time(function:power_meter_dynamic_watts:rate1m{${ON_NODE},${OF_FUNCTION}}[$__range])) * $__range_s)`,
        '{{function}}',
      ],
    ),
  )
  .withPanel(
    overTime(
      {
        title: 'Energy of an invocation',
        description: 'Above idle, by CPU share, over all nodes and the last minute.',
        unit: 'joule',
        width: 8,
      },
      [
        `max by (function) (function:power_meter_dynamic_joules_per_invocation:rate1m{${OF_FUNCTION}})`,
        '{{function}}',
      ],
    ),
  )
  .withPanel(
    overTime(
      {
        title: 'Latency, 95th percentile',
        description: 'As the gateway saw it; its buckets are coarse.',
        unit: 's',
        width: 8,
      },
      [
        `histogram_quantile(0.95, sum by (function_name, le) (rate(${gateway('gateway_functions_seconds_bucket')}[$__rate_interval])))`,
        '{{function_name}}',
      ],
    ),
  )
  .withPanel(
    overTime(
      {
        title: 'Invocations',
        description: 'That the gateway passed on, by status.',
        unit: 'reqps',
        width: 8,
      },
      [
        `sum by (function_name, code) (rate(${gateway('gateway_function_invocation_total')}[$__rate_interval]))`,
        '{{function_name}} {{code}}',
      ],
    ),
  )
  .withRow(row('Measured, run by run'))
  .withPanel(
    runByRun(
      'marginal_joules_per_invocation',
      'Marginal energy of an invocation in every run',
      'One point a run, written at its end, with the ends of its 95 % interval. A step that leaves the interval is a regression, or an improvement.',
    ),
  )
  .withPanel(
    runByRun(
      'cold_start_joules',
      'Energy of a cold start in every run',
      'Of the start and its first request, from bench --cold, with the ends of its 95 % interval.',
    ),
  );
