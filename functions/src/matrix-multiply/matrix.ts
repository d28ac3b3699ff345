/** Row-major `size` by `size` matrix of values in [0, 1), the same for the same seed (mulberry32). */
export function randomMatrix(size: number, seed: number): Float64Array {
  const values = new Float64Array(size * size);
  let state = seed >>> 0;
  for (let i = 0; i < values.length; i++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    values[i] = ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }
  return values;
}

/** a times b, both row-major; the inner loop runs along rows so that it stays in the cache. */
export function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < size; k++) {
      const factor = a[row * size + k]!;
      const from = k * size;
      const to = row * size;
      for (let column = 0; column < size; column++) {
        product[to + column]! += factor * b[from + column]!;
      }
    }
  }
  return product;
}

/** The sum of all values, to six digits after the point. */
export function checksum(matrix: Float64Array): number {
  let sum = 0;
  for (const value of matrix) sum += value;
  return Math.round(sum * 1e6) / 1e6;
}
