import winkNLP from 'wink-nlp';
import model from 'wink-eng-lite-web-model';
import type { Handler } from '../runtime/handler.js';
import { InputError } from '../runtime/input-error.js';
import { jsonInput } from '../runtime/json-input.js';

const MAXIMUM_CHARACTERS = 10_000;

// Sentence boundaries and parts of speech only: the model's other steps would cost without being asked for.
const nlp = winkNLP(model, ['sbd', 'pos']);

/** `{"sentence": "..."}` to its tokens, each with its part of speech (universal POS tags). */
export const handler: Handler = (body) => {
  const { sentence } = jsonInput(body);
  if (typeof sentence !== 'string' || sentence.trim() === '') {
    throw new InputError('"sentence" must be a text that is not empty.');
  }
  if (sentence.length > MAXIMUM_CHARACTERS) {
    throw new InputError(`"sentence" must have at most ${MAXIMUM_CHARACTERS} characters.`);
  }
  const words = nlp.readDoc(sentence).tokens();
  const partsOfSpeech = words.out(nlp.its.pos);
  return {
    sentence,
    tokens: words.out().map((text, index) => ({ text, part_of_speech: partsOfSpeech[index] })),
  };
};
