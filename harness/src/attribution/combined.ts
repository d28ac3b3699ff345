import { marginalOf } from './figure.js';
import type { CombinedResult, FunctionResult } from './result.js';
import { combine, coverage95, scale, type Uncertainty } from './uncertainty.js';

/**
 * A function on all the nodes that have a figure of it: its energy on all of them by its invocations. Each node has a
 * channel of its own, so their errors are taken to be independent.
 */
export function combinedOverNodes(functions: readonly FunctionResult[]): CombinedResult[] {
  const names = [...new Set(functions.map((each) => each.function))].sort();
  return names.flatMap((name) => {
    const parts = functions.filter((each) => each.function === name && each.invocations > 0);
    if (parts.length < 2) return [];
    const invocations = parts.reduce((sum, each) => sum + each.invocations, 0);
    const sum = (of: (part: FunctionResult) => Uncertainty) =>
      combine(...parts.map((part) => scale(of(part), part.invocations / invocations)));
    const joules = parts.reduce(
      (all, { invocations: count, marginal }) =>
        all + (count / invocations) * marginal.joules_per_invocation,
      0,
    );
    return [
      {
        function: name,
        nodes: parts.map(({ node }) => node),
        invocations,
        marginal: marginalOf(joules, sum(randomOf), sum(systematicOf)),
      },
    ];
  });
}

function randomOf({ marginal }: FunctionResult): Uncertainty {
  const { joules, degrees_of_freedom } = marginal.random_uncertainty!;
  return { u: joules, degrees: degrees_of_freedom };
}

function systematicOf({ marginal: { systematic95 } }: FunctionResult): Uncertainty {
  return {
    u: (systematic95.high - systematic95.low) / 2 / coverage95(Infinity),
    degrees: Infinity,
  };
}
