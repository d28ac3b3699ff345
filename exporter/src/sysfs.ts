import { readFileSync } from 'node:fs';

/** An attribute's text, without its newline. @throws Error that names the file */
export function attribute(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

/** An attribute that is a whole number. @throws Error that names the file */
export function wholeNumber(file: string): number {
  const text = attribute(file);
  if (!/^-?\d+$/.test(text)) throw new Error(`${file} holds '${text}', no whole number`);
  return Number(text);
}
