import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { parse } from 'yaml';
import { UsageError } from '../errors.js';

export const PAYLOAD_ANNOTATION = 'power-harness.payload';
export const CONTENT_TYPE_ANNOTATION = 'power-harness.content-type';

/** One function of a stack file. */
export interface FunctionDescription {
  name: string;
  image: string;
  annotations: Record<string, string>;
  /** What a bench sends, absolute; absent where the function names none: then the body is empty. */
  payloadFile?: string;
  contentType: string;
}

export interface Stack {
  /** Absolute. */
  file: string;
  /** The file's folder, where the functions' own paths start. */
  directory: string;
  functions: FunctionDescription[];
}

/**
 * Reads an OpenFaaS stack file.
 * @throws UsageError naming the file and what is wrong with it
 */
export async function readStackFile(path: string): Promise<Stack> {
  const file = resolve(path);
  const directory = dirname(file);
  const document = parseStack(await readText(file), file);
  const { functions } = document as { functions?: unknown };
  if (!isRecord(functions)) throw invalid(file, 'it has no "functions"');
  return {
    file,
    directory,
    functions: Object.entries(functions).map(([name, value]) =>
      describe(name, value, directory, file),
    ),
  };
}

/**
 * The functions asked for, each once, in the order asked.
 * @throws UsageError (`FUNCTION_UNKNOWN`) naming those that exist and the nearest
 */
export function selectFunctions(stack: Stack, names: readonly string[]): FunctionDescription[] {
  const known = stack.functions.map(({ name }) => name);
  return [...new Set(names)].map((name) => {
    const found = stack.functions.find((each) => each.name === name);
    if (found) return found;
    throw new UsageError(
      'FUNCTION_UNKNOWN',
      `There is no function '${name}' in ${stack.file}. There ${known.length === 1 ? 'is' : 'are'}: ${known.join(', ') || 'none'}.`,
      known.length > 0 ? `Did you mean ${closest(name, known)}?` : 'Add one to the stack file.',
    );
  });
}

function describe(
  name: string,
  value: unknown,
  directory: string,
  file: string,
): FunctionDescription {
  if (!/^[-\w.]+$/.test(name)) throw invalid(file, `'${name}' is no function name`);
  if (!isRecord(value)) throw invalid(file, `function '${name}' is no mapping`);
  const { image, annotations: given = {} } = value;
  if (typeof image !== 'string') throw invalid(file, `function '${name}' has no image`);
  if (!isRecord(given)) throw invalid(file, `the annotations of '${name}' are no mapping`);
  const annotations = Object.fromEntries(
    Object.entries(given).map(([key, text]) => [key, String(text)]),
  );
  const payload = annotations[PAYLOAD_ANNOTATION];
  return {
    name,
    image,
    annotations,
    ...(payload ? { payloadFile: isAbsolute(payload) ? payload : join(directory, payload) } : {}),
    contentType: annotations[CONTENT_TYPE_ANNOTATION] ?? 'application/json',
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      'STACK_FILE_UNREADABLE',
      `Can't read the stack file: ${(error as Error).message}`,
      'Name one that describes the functions.',
      { cause: error },
    );
  }
}

function parseStack(text: string, file: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw invalid(file, (error as Error).message);
  }
  if (isRecord(document)) return document;
  throw invalid(file, 'it is no mapping');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(file: string, what: string): UsageError {
  return new UsageError(
    'STACK_FILE_INVALID',
    `${file} is no valid stack file: ${what}.`,
    'functions/stack.yml of this project is an example.',
  );
}
