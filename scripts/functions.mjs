import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The functions of functions/stack.yml. */
export const FUNCTIONS = Object.keys(
  parse(readFileSync(new URL('../functions/stack.yml', import.meta.url), 'utf8')).functions,
);
