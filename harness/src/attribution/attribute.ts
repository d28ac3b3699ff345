import { attributeNode } from './attribute-node.js';
import { combinedOverNodes } from './combined.js';
import { AttributionInputError } from './input-error.js';
import type { AttributionInput } from './input.js';
import { nodeView } from './node-view.js';
import type { AttributionResult, MethodName } from './result.js';
import { sortedByStart } from './sort-invocations.js';
import { refusedUnmetered } from './unmetered.js';
import { validateInput } from './validate.js';

const METHODS: readonly string[] = ['auto', 'difference', 'regression', 'ratio'];

/**
 * Joules per invocation of every function on every node.
 * @param method - `auto`: difference for a function with windows of its own, regression for those that ran together
 * @throws AttributionInputError where the input can't be
 */
export function attribute(input: AttributionInput, method: 'auto' | MethodName): AttributionResult {
  if (!METHODS.includes(method)) {
    throw new AttributionInputError('method', `there is no method '${method}'`);
  }
  validateInput(input);
  const sorted = { ...input, invocations: sortedByStart(input.invocations) };
  const result: AttributionResult = {
    method: method === 'auto' ? 'difference' : method,
    functions: [],
    nodes: [],
    refused: [],
    warnings: [],
  };
  for (const samples of [...input.samples].sort((a, b) => (a.node < b.node ? -1 : 1))) {
    attributeNode(nodeView(sorted, samples), method, result);
  }
  result.refused.push(...refusedUnmetered(sorted));
  if (method === 'auto' && result.functions.some((each) => each.method === 'regression')) {
    result.method = 'regression';
  }
  const combined = combinedOverNodes(result.functions);
  return combined.length > 0 ? { ...result, combined } : result;
}
