import { DashboardBuilder, MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { CHANNEL, ofChannel, ofNode, POWER_WATTS, scraped } from './energy-queries.js';
import { bars, number, overTime, row, states, steps, table } from './panels.js';
import { SCRAPED, datasource, scrapedBy, several } from './variables.js';

const SILENT = `count(${ofChannel(scraped('power_meter_up'))} == 0) or vector(0)`;
const AGE_SECONDS = `time() - (${ofChannel(scraped('power_meter_last_sample_timestamp_seconds'))})`;
const rate = (metric: string) => `rate(${scraped(metric)}[$__rate_interval])`;
const increase = (metric: string) => `increase(${scraped(metric)}[$__rate_interval])`;
const LOST = rate('power_meter_datagrams_lost_total');
const RECEIVED = rate('power_meter_datagrams_received_total');

/** What every metered node draws, and whether its meter can be believed. */
export const nodesDashboard = new DashboardBuilder('Power of nodes')
  .uid('power-harness-nodes')
  .description('Watts, joules, volts and amperes of metered nodes, and the health of their meters.')
  .tags(['power-harness', 'energy'])
  .readonly()
  .refresh('10s')
  .time({ from: 'now-30m', to: 'now' })
  .withVariable(datasource)
  .withVariable(scrapedBy('power_meter_up')[0]!)
  .withVariable(scrapedBy('power_meter_up')[1]!)
  .withVariable(several('node', 'Node', `label_values(power_meter_channel_info{${SCRAPED}}, node)`))
  .withRow(row('Power and energy'))
  .withPanel(
    number(
      {
        title: 'Power of all',
        description: 'What the chosen nodes draw together.',
        unit: 'watt',
        width: 6,
        height: 4,
      },
      [`sum(${ofNode(POWER_WATTS)})`, 'power'],
    ),
  )
  .withPanel(
    number(
      {
        title: 'Energy of all',
        description: 'What the chosen nodes used in the time range, from the counters.',
        unit: 'joule',
        width: 6,
        height: 4,
      },
      [
        `sum(${ofNode(`increase(${scraped('power_meter_energy_joules_total')}[$__range])`)})`,
        'energy',
      ],
    ),
  )
  .withPanel(
    number(
      {
        title: 'Silent channels',
        description: 'Channels whose meter sends nothing now. 0 is right.',
        unit: 'short',
        width: 6,
        height: 4,
      },
      [SILENT, 'silent'],
    ).thresholds(steps('green', [1, 'red'])),
  )
  .withPanel(
    number(
      {
        title: 'Oldest sample',
        description: 'How long ago the channel that is furthest behind was sampled.',
        unit: 's',
        width: 6,
        height: 4,
      },
      [`max(${AGE_SECONDS})`, 'age'],
    ).thresholds(steps('green', [5, 'orange'], [30, 'red'])),
  )
  .withPanel(
    overTime(
      {
        title: 'Power by node',
        description: 'From the energy counters, so that no peak between two scrapes is lost.',
        unit: 'watt',
        width: 16,
        height: 10,
      },
      [ofNode(POWER_WATTS), '{{node}}'],
    ),
  )
  .withPanel(
    bars(
      {
        title: 'Energy by node',
        description: 'In the time range, from the counters.',
        unit: 'joule',
        width: 8,
        height: 10,
      },
      [
        `sort_desc(${ofNode(`increase(${scraped('power_meter_energy_joules_total')}[$__range])`)})`,
        '{{node}}',
      ],
    ),
  )
  .withRow(row('Channels'))
  .withPanel(
    overTime(
      {
        title: 'Power by channel',
        description: 'A node that is fed by several channels draws the sum of them.',
        unit: 'watt',
        width: 8,
      },
      [ofChannel(POWER_WATTS), CHANNEL],
    ),
  )
  .withPanel(
    overTime(
      {
        title: 'Voltage by channel',
        description:
          'At the load side of the shunt. It falls when the supply or its cable is too weak. Absent for first-generation meters.',
        unit: 'volt',
        width: 8,
      },
      [ofChannel(scraped('power_meter_voltage_volts')), CHANNEL],
    ),
  )
  .withPanel(
    overTime(
      {
        title: 'Current by channel',
        description:
          'Through the shunt. Beyond its full scale the energy is too low: see overrange below.',
        unit: 'amp',
        width: 8,
      },
      [ofChannel(scraped('power_meter_current_amperes')), CHANNEL],
    ),
  )
  .withRow(row('Health of the meters'))
  .withPanel(
    states(
      {
        title: 'Whether channels send',
        description: 'A silent channel counts no energy here until its meter is heard again.',
        unit: 'none',
        width: 12,
      },
      [ofChannel(scraped('power_meter_up')), CHANNEL],
    )
      .mappings([
        {
          type: MappingType.ValueToText,
          options: {
            '0': { text: 'silent', color: 'red', index: 0 },
            '1': { text: 'sends', color: 'green', index: 1 },
          },
        },
      ])
      .thresholds(steps('red', [1, 'green'])),
  )
  .withPanel(
    overTime(
      {
        title: 'Age of samples',
        description: 'Time since the last sample; about half the interval that the meter sends at.',
        unit: 's',
        width: 12,
      },
      [AGE_SECONDS, CHANNEL],
    ),
  )
  .withPanel(
    overTime(
      {
        title: 'Datagrams lost',
        description:
          'Share of those sent. Losses cost no energy: the counters come whole with the next one.',
        unit: 'percentunit',
        width: 8,
      },
      [ofChannel(`${LOST} / (${RECEIVED} + ${LOST})`), CHANNEL],
    ),
  )
  .withPanel(
    overTime(
      {
        title: 'Time not measured',
        description: 'Gaps: the energy of that time is missing, and is not invented.',
        unit: 's',
        width: 8,
      },
      [ofChannel(increase('power_meter_gap_seconds_total')), CHANNEL],
    ),
  )
  .withPanel(
    overTime(
      {
        title: 'Overrange, errors, reboots',
        description:
          'Samples at the end of the range (the true energy is higher), failed readings of the sensor, restarts of the meter.',
        unit: 'short',
        width: 8,
      },
      [ofChannel(increase('power_meter_overrange_samples_total')), `overrange, ${CHANNEL}`],
      [ofChannel(increase('power_meter_sensor_errors_total')), `sensor errors, ${CHANNEL}`],
      [ofChannel(increase('power_meter_resets_total')), `reboots, ${CHANNEL}`],
    ),
  )
  .withPanel(
    overTime(
      {
        title: 'Drift of the clocks',
        description:
          "How fast the exporter's clock gains on the meter's. Crystals differ by up to 50 µs/s.",
        unit: 'percentunit',
        width: 8,
      },
      [ofChannel(scraped('power_meter_clock_drift_ratio')), CHANNEL],
    ).decimals(5),
  )
  .withPanel(
    table(
      {
        title: 'Channels',
        description:
          'What the meter takes each shunt to be, and whether it was calibrated (1) or not (0).',
        unit: 'none',
        width: 16,
      },
      { node: 'Node', meter: 'Meter', channel: 'Channel' },
      [ofChannel(scraped('power_meter_shunt_ohms')), 'Shunt, Ω'],
      [ofChannel(scraped('power_meter_calibrated')), 'Calibrated'],
      [ofChannel(`increase(${scraped('power_meter_energy_joules_total')}[$__range])`), 'Energy, J'],
    ),
  );
