import type { ClassAccuracy, FunctionAccuracy } from './accuracy.js';
import { PEER_NAMES, type PeerName } from './assess-run.js';

const PEER_TITLES: Record<PeerName, string> = {
  cpu_share: 'CPU share',
  kepler: 'Kepler',
  faasmeter: 'FaasMeter',
};

const HEADER = [
  'class',
  'median',
  'p95',
  'coverage',
  '± half-width',
  'refused',
  '< x',
  ...PEER_NAMES.map((name) => PEER_TITLES[name]),
];

/**
 * A row for each class: the worst of its functions counts, so that none hides behind the others. `coverage`
 * is of the function furthest from 95 %. Peers: the median error, of their worst function too.
 */
export function accuracyTable(classes: readonly ClassAccuracy[]): string[][] {
  return [HEADER, ...classes.map((each) => rowOf(each.class, each.functions, each.refusal))];
}

/** The same for each function of each class. */
export function functionTable(classes: readonly ClassAccuracy[]): string[][] {
  return [
    HEADER,
    ...classes.flatMap((each) =>
      each.functions.map((own) =>
        rowOf(`${each.class}: ${own.function} on ${own.node}`, [own], each.refusal),
      ),
    ),
  ];
}

function rowOf(
  title: string,
  functions: readonly FunctionAccuracy[],
  refusal: ClassAccuracy['refusal'],
): string[] {
  const worst = (value: (each: FunctionAccuracy) => number) => {
    const known = functions.map(value).filter((each) => !Number.isNaN(each));
    return known.length === 0 ? NaN : Math.max(...known);
  };
  const coverages = functions.map((each) => each.coverage_ratio).filter((each) => each >= 0);
  const furthest = coverages.sort((a, b) => Math.abs(b - 0.95) - Math.abs(a - 0.95))[0];
  const refused = worst((each) => each.refused_ratio);
  const peer = (name: PeerName) => worst((each) => each.peers[name].median);
  return [
    title,
    percent(worst((each) => each.error_ratio.median)),
    percent(worst((each) => each.error_ratio.p95)),
    percent(furthest ?? NaN),
    percent(worst((each) => each.half_width_ratio)),
    `${percent(refused)}${verdict(refused, refusal)}`,
    percent(worst((each) => each.undetectable_ratio)),
    ...PEER_NAMES.map((name) => percent(peer(name))),
  ];
}

function verdict(refused: number, refusal: ClassAccuracy['refusal']): string {
  if (refusal === 'either') return '';
  return (refusal === 'right' ? refused === 1 : refused === 0) ? '' : ' (wrong)';
}

export function percent(ratio: number): string {
  return Number.isNaN(ratio) ? '–' : `${plain(ratio * 100)} %`;
}

function plain(value: number): string {
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}
