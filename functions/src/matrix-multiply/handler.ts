import type { Handler } from '../runtime/handler.js';
import { jsonInput, numberOf } from '../runtime/json-input.js';
import { checksum, multiply, randomMatrix } from './matrix.js';

/** `{"size": n, "seed": s}`: multiplies two n by n matrices drawn from the seed. Bound by the CPU. */
export const handler: Handler = (body) => {
  const input = jsonInput(body);
  const size = numberOf(input, 'size', { minimum: 1, maximum: 1024, default: 208, integer: true });
  const seed = numberOf(input, 'seed', {
    minimum: 0,
    maximum: 0xffff_ffff,
    default: 1,
    integer: true,
  });
  const product = multiply(randomMatrix(size, seed), randomMatrix(size, seed + 1), size);
  return { size, seed, checksum: checksum(product) };
};
