import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Handler } from './handler.js';

/**
 * The `handler` that a module exports.
 * @throws Error saying what is wrong with the module
 */
export async function loadHandler(path: string): Promise<Handler> {
  const module = (await import(pathToFileURL(resolve(path)).href)) as { handler?: unknown };
  if (typeof module.handler !== 'function') {
    throw new Error(`${path} exports no function named "handler".`);
  }
  return module.handler as Handler;
}
