import type { FunctionResult } from '../../attribution/result.js';
import type { RunFigures } from '../run-report.js';

/** A function on a node in one of several runs. */
export interface RunFigure {
  figure: FunctionResult;
  run: RunFigures;
  /** Where and when: node, and start of the run; with the function, unique among them. */
  place: string;
}

/** Every figure of several runs, those of a function together, in the order of the runs. */
export function figuresOf(runs: readonly RunFigures[]): RunFigure[] {
  const figures = runs.flatMap((run) =>
    run.result.functions.map((figure) => ({
      figure,
      run,
      place: `${figure.node}, ${startOf(run)}`,
    })),
  );
  return functionsOf(runs).flatMap((name) =>
    figures.filter(({ figure }) => figure.function === name),
  );
}

/** Each function once, in the order of its first run. */
export const functionsOf = (runs: readonly RunFigures[]) => [
  ...new Set(runs.flatMap(({ result }) => result.functions.map((each) => each.function))),
];

/** Such as `23 Nov 12:00:05`, in UTC. */
function startOf({ manifest }: RunFigures): string {
  const text = new Date(manifest.started_us / 1000).toUTCString();
  return text.replace(/^\w+, 0?(\d+ \w+) \d+ ([\d:]+) GMT$/, '$1 $2');
}

export const architectureOf = ({ manifest: { environment } }: RunFigures) =>
  String(environment['architecture'] ?? 'unknown');
