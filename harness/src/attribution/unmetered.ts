import type { AttributionInput } from './input.js';
import { cpuShare, UNKNOWN_NODE } from './node-weights.js';
import type { Refusal } from './result.js';

/** Functions with invocations on a node without a meter, or on one that nobody knows. */
export function refusedUnmetered(input: AttributionInput): Refusal[] {
  const { samples, invocations, cpu } = input;
  const metered = new Set(samples.map(({ node }) => node));
  const nodes = [...new Set(invocations.nodes)].sort();
  return nodes.flatMap((node) => {
    if (metered.has(node)) return [];
    const functions = functionsOn(input, node).filter(
      (name) =>
        node !== UNKNOWN_NODE || !samples.some((each) => cpuShare(cpu, name, each.node) > 0),
    );
    if (functions.length === 0) return [];
    const reason =
      node === UNKNOWN_NODE
        ? 'Nobody knows the node of their invocations, nor the CPU time of their replicas on a node that is metered.'
        : `They ran on ${node}, which no meter feeds.`;
    return [{ functions, reason }];
  });
}

function functionsOn({ invocations }: AttributionInput, node: string): string[] {
  const { functions, nodes, functionIndex, nodeIndex } = invocations;
  const seen = functions.map(() => false);
  for (let row = 0; row < nodeIndex.length; row++) {
    if (nodes[nodeIndex[row]!] === node) seen[functionIndex[row]!] = true;
  }
  return functions.filter((_, f) => seen[f]).sort();
}
