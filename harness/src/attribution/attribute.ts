import { difference } from './difference.js';
import { AttributionInputError } from './input-error.js';
import { type AttributionInput } from './input.js';
import { type AttributionResult, type Method, type MethodName } from './result.js';
import { validateInput } from './validate.js';

const METHODS: Partial<Record<MethodName, Method>> = { difference };

/**
 * Joules per invocation of every function on every node.
 * @param method - `auto` takes the one that fits how the load was driven
 * @throws AttributionInputError where the input can't be
 */
export function attribute(input: AttributionInput, method: 'auto' | MethodName): AttributionResult {
  validateInput(input);
  const name = method === 'auto' ? 'difference' : method;
  const chosen = METHODS[name];
  if (!chosen) throw new AttributionInputError('method', `there is no method '${name}'`);
  return chosen(input);
}
