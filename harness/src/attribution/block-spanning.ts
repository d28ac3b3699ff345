import type { LoadModel } from './load-effect.js';
import { isSuccess, shareIn } from './node-invocations.js';
import type { NodeView } from './node-view.js';
import type { RegressionRows } from './regression-rows.js';
import type { Span } from './spans.js';

/** What makes one invocation of a function cost more than another. */
interface InvocationPrice {
  joulesPerSecond: number;
  joulesPerByte: number;
}

/**
 * What leaving blocks out misses of the variance of a function's joules where its invocations reach over several blocks:
 * a long one makes its neighbours alike, and is counted as if it were another in each. With s the shares of an
 * invocation in the blocks, and d what it costs more than the mean, the variance of the sum of d over invocations is the
 * sum of (sum of s)^2 d^2; blocks that are taken for independent show the sum of (sum of s^2) d^2 of it. This is the rest.
 * @param joules - of each function
 * @returns by function, in joules squared
 */
export function varianceOverBlocks(
  view: NodeView,
  built: RegressionRows,
  model: LoadModel,
  joules: readonly number[],
): number[] {
  const { functions } = view.invocations;
  const { activities, block, blocks, windows } = built;
  const column = functions.map((name) => activities.findIndex((each) => each.function === name));
  const prices = activities.map((_, f) => priceOf(f, built, model, joules[f]!));
  const spans = Array.from({ length: blocks }, (_, g): Span => {
    const own = windows.filter((_, i) => block[i] === g);
    return { startUs: own[0]?.startUs ?? 0, endUs: own.at(-1)?.endUs ?? 0 };
  });
  const found = missedVariance(
    view,
    column.map((f) => prices[f]),
    spans.filter(({ endUs }) => endUs > 0),
  );
  return activities.map((_, f) => found[column.indexOf(f)]!);
}

function priceOf(
  f: number,
  { rows, features }: RegressionRows,
  { factors, cpuParts }: LoadModel,
  joules: number,
): InvocationPrice {
  const feature = rows.reduce((sum, row) => sum + row.feature[f]!, 0);
  const busySeconds = rows.reduce((sum, row) => sum + row.busySeconds[f]!, 0);
  const byFeature = cpuParts.cores[f]! > 0 ? factors[f]! * feature : joules;
  const bySecond = features[f] === 'busy_seconds' || features[f] === 'cpu_seconds';
  return {
    joulesPerSecond: (joules - (bySecond ? 0 : byFeature)) / busySeconds,
    joulesPerByte: features[f] === 'bytes' ? byFeature / feature : 0,
  };
}

/**
 * @param prices - by the index of the invocations' functions; undefined: not wanted
 * @param blocks - in order, not overlapping
 */
export function missedVariance(
  { invocations, weights }: Pick<NodeView, 'invocations' | 'weights'>,
  prices: readonly (InvocationPrice | undefined)[],
  blocks: readonly Span[],
): number[] {
  const { functions, functionIndex, nodeIndex, startUs, endUs, status, bytes } = invocations;
  const found = functions.map(() => ({ count: 0, square: 0, joules: 0, squareJoules: 0, both: 0 }));
  let first = 0;
  for (let row = 0; row < startUs.length; row++) {
    const f = functionIndex[row]!;
    const price = prices[f];
    const weight = weights[nodeIndex[row]! * functions.length + f]!;
    if (!price || weight === 0 || !isSuccess(status[row]!)) continue;
    const [start, end] = [startUs[row]!, endUs[row]!];
    while (first < blocks.length && blocks[first]!.endUs <= start) first++;
    let [sum, squares] = [0, 0];
    for (let g = first; g < blocks.length && blocks[g]!.startUs <= end; g++) {
      const share = weight * shareIn(start, end, blocks[g]!);
      sum += share;
      squares += share * share;
    }
    if (sum === 0) continue;
    const joules =
      (price.joulesPerSecond * (end - start)) / 1e6 +
      (bytes ? price.joulesPerByte * bytes[row]! : 0);
    const missed = sum * sum - squares;
    const into = found[f]!;
    into.count += sum;
    into.joules += sum * joules;
    into.square += missed;
    into.both += missed * joules;
    into.squareJoules += missed * joules * joules;
  }
  return found.map(({ count, joules, square, both, squareJoules }) => {
    if (count === 0) return 0;
    const mean = joules / count;
    return Math.max(0, squareJoules - 2 * mean * both + mean * mean * square);
  });
}
