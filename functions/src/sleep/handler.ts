import { setTimeout as wait } from 'node:timers/promises';
import type { Handler } from '../runtime/handler.js';
import { jsonInput, numberOf } from '../runtime/json-input.js';

/** `{"seconds": s}`: answers after that time, using nearly no CPU. */
export const handler: Handler = async (body) => {
  const seconds = numberOf(jsonInput(body), 'seconds', { minimum: 0, maximum: 60, default: 0.05 });
  await wait(seconds * 1000);
  return { seconds };
};
