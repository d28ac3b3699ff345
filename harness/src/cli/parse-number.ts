import { Flags } from '@oclif/core';
import { UsageError } from '../errors.js';

interface Range {
  min: number;
  max: number;
  integer?: boolean;
  /** For the message, such as `seconds`. */
  unit: string;
}

/** A flag that takes a number in a range, and names range and unit where it is wrong. */
export function numberFlag(name: string, { min, max, integer, unit }: Range) {
  return Flags.custom<number>({
    parse: (text) => {
      const value = Number(text);
      const whole = integer ? ' whole' : '';
      if (
        text.trim() === '' ||
        !(value >= min && value <= max) ||
        (integer && !Number.isInteger(value))
      ) {
        throw new UsageError(
          'FLAG_VALUE',
          `--${name} takes a${whole} number of ${unit} from ${min} to ${max}, not '${text}'.`,
          'power-harness bench --help describes the flags.',
        );
      }
      return Promise.resolve(value);
    },
  });
}
