import { RunInvalidError } from '../errors.js';
import { quantity } from '../report/quantity.js';
import { tableFile } from '../run/table-file.js';
import type { TableName } from '../run/table-names.js';
import type { RunTables } from '../run/tables.js';

/**
 * Between these a node's mean power is believed: an edge node idles at tenths of a watt, a server draws hundreds. Both are
 * a judgement: wide enough for what people meter, narrow enough for a factor of 1000 to show on most nodes.
 */
const LEAST_WATTS = 0.02;
const MOST_WATTS = 1000;

/** Unix times of the years 2001 to 2100 in seconds; other units are powers of 1000 of it. */
const YEARS_SECONDS = { first: 978_307_200, last: 4_133_980_800 };
const TIME_UNITS = [
  { unit: 's', perSecond: 1 },
  { unit: 'ms', perSecond: 1e3 },
  { unit: 'ns', perSecond: 1e9 },
];

/** What people take joules for, as joules. */
const ENERGY_UNITS = [
  { unit: 'mJ', joules: 1e-3 },
  { unit: 'µJ', joules: 1e-6 },
  { unit: 'Wh', joules: 3600 },
  { unit: 'mWh', joules: 3.6 },
  { unit: 'kJ', joules: 1e3 },
];

const HINT = 'Convert the column, or pass --trust-units if it is right as it is.';

/**
 * Times that are Unix times in another unit, and a mean power that no node has.
 * @throws RunInvalidError naming the file, the column and the units that would fit
 */
export function refuseUnits(directory: string, tables: RunTables): void {
  const { samples, invocations, phases, cpu } = tables;
  const times: [TableName | 'phases', string, number | undefined][] = [
    ...samples.map(
      ({ timeUs }) => ['samples', 'time_us', timeUs[0]] as ['samples', string, number],
    ),
    ['invocations', 'start_us', invocations.startUs[0]],
    ['invocations', 'end_us', invocations.endUs[0]],
    ['phases', 'start_us', phases[0]?.startUs],
    ...cpu.map(({ timeUs }) => ['cpu', 'time_us', timeUs[0]] as ['cpu', string, number]),
  ];
  for (const [table, column, first] of times) {
    if (first !== undefined) refuseTime(`${tableFile(directory, table)!}: ${column}`, first);
  }
  for (const { node, timeUs, energyJoules } of samples) {
    const last = timeUs.length - 1;
    const watts = (energyJoules[last]! - energyJoules[0]!) / ((timeUs[last]! - timeUs[0]!) / 1e6);
    if (last > 0) refusePower(tableFile(directory, 'samples')!, node, watts);
  }
}

function refuseTime(place: string, first: number): void {
  const { first: from, last: to } = YEARS_SECONDS;
  for (const { unit, perSecond } of TIME_UNITS) {
    if (first < from * perSecond || first >= to * perSecond) continue;
    const date = new Date((first / perSecond) * 1000).toISOString();
    throw new RunInvalidError(
      'UNITS_SUSPECT',
      `${place} seems to be in ${unit}, not in µs: ${first} ${unit} would be ${date}.`,
      HINT,
    );
  }
}

function refusePower(file: string, node: string, watts: number): void {
  if (watts >= LEAST_WATTS && watts <= MOST_WATTS) return;
  if (watts === 0) {
    throw new RunInvalidError(
      'NO_ENERGY',
      `${file}: the energy_joules of ${node} never rise.`,
      'Look at the meter: its channel, its wiring.',
    );
  }
  const guesses = [
    ...ENERGY_UNITS.map(({ unit, joules }) => ({
      as: `energy_joules in ${unit}`,
      watts: watts * joules,
    })),
    { as: 'time_us in ms', watts: watts / 1e3 },
    { as: 'time_us in s', watts: watts / 1e6 },
  ].filter((guess) => guess.watts >= 0.2 && guess.watts <= 200);
  const would = guesses.map((guess) => `${guess.as} would make it ${quantity(guess.watts, 'W')}`);
  throw new RunInvalidError(
    'UNITS_SUSPECT',
    `${file}: ${node} draws ${quantity(watts, 'W')} on average, which no node does${would.length ? `; ${would.join(', ')}` : ''}.`,
    HINT,
  );
}
