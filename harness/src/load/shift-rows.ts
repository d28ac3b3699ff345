import { Transform, type TransformCallback } from 'node:stream';

/**
 * Moves k6's rows in time, from another clock's to ours: text in, text out. The last line is left out where it is not
 * whole, as k6 leaves it when it is killed.
 * @param byUs - added to every time
 */
export function shiftRows(byUs: number): Transform {
  let rest = '';
  return new Transform({
    decodeStrings: false,
    transform(chunk: Buffer | string, _encoding: string, done: TransformCallback) {
      const text = rest + chunk.toString();
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      // The second column; the header has no number there.
      const shift = (_: string, name: string, time: string) => `${name}${Number(time) + byUs},`;
      done(null, text.slice(0, end).replaceAll(/^([^,\n]*,)(\d+),/gm, shift));
    },
  });
}
