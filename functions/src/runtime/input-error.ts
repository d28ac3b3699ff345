/** The caller's mistake: answered with 400 and this message. Any other error is the function's and gives 500. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
