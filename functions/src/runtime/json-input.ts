import { InputError } from './input-error.js';

/**
 * The body as a JSON object; an empty body is `{}`.
 * @throws InputError
 */
export function jsonInput(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new InputError(`The body is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InputError('The body must be a JSON object.');
  }
  return value as Record<string, unknown>;
}

export interface NumberRange {
  minimum: number;
  maximum: number;
  /** Taken where the key is absent. */
  default: number;
  integer?: boolean;
}

/**
 * A number of the input, within its range.
 * @throws InputError naming the key and the range
 */
export function numberOf(input: Record<string, unknown>, key: string, range: NumberRange): number {
  const value = input[key] === undefined ? range.default : input[key];
  const fits =
    typeof value === 'number' &&
    value >= range.minimum &&
    value <= range.maximum &&
    (!range.integer || Number.isInteger(value));
  if (!fits) {
    const kind = range.integer ? 'an integer' : 'a number';
    throw new InputError(`"${key}" must be ${kind} from ${range.minimum} to ${range.maximum}.`);
  }
  return value;
}
