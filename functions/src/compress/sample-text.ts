const WORDS = 'energy power joule watt meter sensor node function request idle load phase '.split(
  ' ',
);
const WORD_BUFFERS = WORDS.map((word) => Buffer.from(`${word} `));

/** `bytes` of text that compresses about as prose does, the same each time. */
export function sampleText(bytes: number): Buffer {
  const text = Buffer.allocUnsafe(bytes);
  let state = 1;
  for (let at = 0; at < bytes;) {
    // Numerical Recipes' linear congruential generator; its upper bits choose the word.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    at += WORD_BUFFERS[(state >>> 16) % WORD_BUFFERS.length]!.copy(text, at);
  }
  return text;
}
