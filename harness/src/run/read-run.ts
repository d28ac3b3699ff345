import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { UsageError } from '../errors.js';
import { MANIFEST_SCHEMA, type RunManifest } from './manifest.js';
import type { RunResult } from './result.js';

const SCHEMA = new URL('../../schemas/run.schema.json', import.meta.url);
let validate: ValidateFunction | undefined;

async function manifestValidator(): Promise<ValidateFunction> {
  validate ??= new Ajv2020({ strict: false, allErrors: true }).compile(
    JSON.parse(await readFile(SCHEMA, 'utf8')) as object,
  );
  return validate;
}

/** @throws UsageError where the folder is no run, is damaged, or is of a newer program */
export async function readManifest(directory: string): Promise<RunManifest> {
  const file = join(directory, 'run.json');
  if (!existsSync(file)) {
    throw new UsageError(
      'RUN_UNKNOWN',
      `${directory} is not a run: it has no run.json.`,
      'power-harness runs list shows the runs there are.',
    );
  }
  const manifest = parse(await readFile(file, 'utf8'), file);
  const { schema } = manifest as { schema?: unknown };
  if (typeof schema === 'number' && schema > MANIFEST_SCHEMA) {
    throw new UsageError(
      'RUN_NEWER',
      `${directory} was written by a newer power-harness (run layout ${schema}; this one reads up to ${MANIFEST_SCHEMA}).`,
      'Update power-harness to read it.',
    );
  }
  const valid = await manifestValidator();
  if (!valid(manifest)) {
    const { instancePath, message } = valid.errors![0]!;
    throw damaged(file, `${instancePath || 'the document'} ${message}`);
  }
  return manifest as unknown as RunManifest;
}

/** @throws UsageError where there is no readable result */
export async function readResult(directory: string): Promise<RunResult> {
  const file = join(directory, 'result.json');
  if (!existsSync(file)) {
    throw new UsageError(
      'RUN_WITHOUT_RESULT',
      `${directory} has no result.json: the run did not come to a figure.`,
      'run.json there says how it ended.',
    );
  }
  return parse(await readFile(file, 'utf8'), file) as RunResult;
}

/** A run by its folder, or by its name (or a unique part of it) below `out`. */
export async function findRun(nameOrPath: string, out: string): Promise<string> {
  if (existsSync(join(nameOrPath, 'run.json'))) return nameOrPath;
  const matches = (await runNames(out)).filter((name) => name.includes(nameOrPath));
  const exact = matches.find((name) => name === nameOrPath);
  if (exact ?? matches.length === 1) return join(out, exact ?? matches[0]!);
  const said = matches.length === 0 ? 'There is no run' : `${matches.length} runs match`;
  throw new UsageError(
    matches.length === 0 ? 'RUN_UNKNOWN' : 'RUN_AMBIGUOUS',
    `${said} '${nameOrPath}' in ${out}${matches.length ? `: ${matches.slice(0, 5).join(', ')}` : '.'}`,
    'power-harness runs list shows the runs there are.',
  );
}

/** The names of the runs in `out`, oldest first; empty where the folder is not there. */
export async function runNames(out: string): Promise<string[]> {
  if (!existsSync(out)) return [];
  const entries = await readdir(out, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(out, entry.name, 'run.json')))
    .map((entry) => entry.name)
    .sort();
}

function parse(text: string, file: string): Record<string, unknown> | RunResult {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    throw damaged(file, (error as Error).message);
  }
  throw damaged(file, 'it is not a JSON object');
}

function damaged(file: string, what: string): UsageError {
  return new UsageError(
    'RUN_DAMAGED',
    `${file} is damaged: ${what}.`,
    'Restore the folder from a copy, or measure again.',
  );
}
