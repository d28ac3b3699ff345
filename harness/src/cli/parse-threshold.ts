import { UsageError } from '../errors.js';

/** A share from such as `5%`. @throws UsageError */
export function parseThreshold(text: string): Promise<number> {
  const [, digits] = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim()) ?? [];
  if (digits === undefined) {
    throw new UsageError(
      'FLAG_VALUE',
      `--threshold takes a percentage, not '${text}'.`,
      'Such as --threshold 5%',
    );
  }
  return Promise.resolve(Number(digits) / 100);
}
