import { joulesByFunction, onlyComputing, type CpuParts, type LoadRow } from './load-effect.js';
import { fitLoadModel, type LoadFit, type LoadPriors } from './load-model.js';

/**
 * A CPU second of one function costs up to this much of another's, by its instructions alone: what costs more has energy
 * besides its CPU time's.
 */
const MOST_BY_INSTRUCTIONS = 1.5;

/**
 * Which functions take energy besides their CPU time's, as one that waits for a disk does: those whose CPU second costs
 * more than instructions explain, and where the energy is told better so. Their CPU time is charged as the others' is, and
 * the rest is not under the node's curve. There are as many parameters either way, so the better fit decides.
 * @param cpuSeconds - of each function over all rows; NaN where not known
 */
export function besidesCpu(
  rows: readonly LoadRow[],
  cpuSeconds: readonly number[],
  priors: Omit<LoadPriors, 'cpuParts'>,
): CpuParts {
  const width = cpuSeconds.length;
  let chosen = onlyComputing(width);
  if (!cpuSeconds.every((each) => each > 0)) return chosen;
  let best = fitLoadModel(rows, { ...priors, cpuParts: chosen });
  const besides = new Set<number>();
  for (const f of dearest(best, rows, cpuSeconds)) {
    const tried = partsOf(new Set([...besides, f]), rows, cpuSeconds);
    const fit = fitLoadModel(rows, { ...priors, cpuParts: tried });
    if (squares(rows, fit) >= squares(rows, best)) continue;
    [chosen, best] = [tried, fit];
    besides.add(f);
  }
  return chosen;
}

/** The functions whose CPU second costs more than the others' by more than instructions do, the dearest first. */
function dearest(
  { model }: LoadFit,
  rows: readonly LoadRow[],
  cpuSeconds: readonly number[],
): number[] {
  const joules = joulesByFunction(rows, model);
  const watts = joules.map((each, f) => each / cpuSeconds[f]!);
  const order = [...watts.keys()].sort((a, b) => watts[b]! - watts[a]!);
  const found: number[] = [];
  for (const f of order) {
    const rest = order.slice(found.length + 1);
    const sum = (of: readonly number[]) => rest.reduce((all, g) => all + of[g]!, 0);
    if (rest.length === 0) break;
    if (watts[f]! <= (MOST_BY_INSTRUCTIONS * sum(joules)) / sum(cpuSeconds)) break;
    found.push(f);
  }
  return found;
}

function partsOf(
  besides: ReadonlySet<number>,
  rows: readonly LoadRow[],
  cpuSeconds: readonly number[],
): CpuParts {
  const total = (of: (row: LoadRow) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  const computing = cpuSeconds.reduce((sum, each, f) => sum + (besides.has(f) ? 0 : each), 0);
  return {
    cores: cpuSeconds.map((each, f) =>
      besides.has(f) ? each / total(({ busySeconds }) => busySeconds[f]!) : 0,
    ),
    wattsPerCore: cpuSeconds.map((_, f) =>
      besides.has(f) ? 0 : total(({ feature }) => feature[f]!) / computing,
    ),
  };
}

function squares(rows: readonly LoadRow[], { residuals }: LoadFit): number {
  return rows.reduce((sum, { weight }, i) => sum + weight * residuals[i]! ** 2, 0);
}
