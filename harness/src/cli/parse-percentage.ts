import { UsageError } from '../errors.js';

/** A share from such as `5%`. @throws UsageError naming the flag */
export function parsePercentage(flag: string): (text: string) => Promise<number> {
  return (text) => {
    const [, digits] = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim()) ?? [];
    if (digits === undefined) {
      throw new UsageError(
        'FLAG_VALUE',
        `--${flag} takes a percentage, not '${text}'.`,
        `Such as --${flag} 5%`,
      );
    }
    return Promise.resolve(Number(digits) / 100);
  };
}
