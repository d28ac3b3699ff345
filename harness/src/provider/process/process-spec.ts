import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { ApiError, type FunctionDeployment } from '../backend.js';

/** How a function runs as a process: from the annotations of its deployment. */
export interface ProcessSpec {
  command: string;
  args: string[];
  directory: string;
  readyPath: string;
  readySeconds: number;
}

const COMMAND = 'power-harness.command';
const DIRECTORY = 'power-harness.directory';
const READY_PATH = 'power-harness.ready-path';
const READY_SECONDS = 'power-harness.ready-timeout-seconds';

/** @throws ApiError 400 saying which annotation is missing or wrong */
export function processSpec(
  { service, annotations = {} }: FunctionDeployment,
  functionsRoot: string,
): ProcessSpec {
  const [command, ...args] = words(annotations[COMMAND] ?? '');
  if (!command) {
    throw new ApiError(
      400,
      `function ${service} has no annotation ${COMMAND}: the command that serves it on $PORT`,
    );
  }
  const directory = resolve(functionsRoot, annotations[DIRECTORY] ?? '.');
  const inside = relative(functionsRoot, directory);
  if (inside.startsWith('..') || isAbsolute(inside)) {
    throw new ApiError(400, `${DIRECTORY} of ${service} leads out of ${functionsRoot}`);
  }
  if (!existsSync(directory)) {
    throw new ApiError(400, `${DIRECTORY} of ${service}: there is no folder ${directory}`);
  }
  const readySeconds = Number(annotations[READY_SECONDS] ?? 10);
  if (!(readySeconds > 0 && readySeconds <= 600)) {
    throw new ApiError(400, `${READY_SECONDS} of ${service} must be seconds up to 600`);
  }
  return {
    command,
    args,
    directory,
    readyPath: annotations[READY_PATH] ?? '/_/health',
    readySeconds,
  };
}

/** Words split on white space, or a JSON array of them. No shell reads either. */
function words(text: string): string[] {
  if (!text.trimStart().startsWith('[')) return text.split(/\s+/).filter(Boolean);
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((word) => typeof word === 'string')) return list;
  } catch {
    // said below
  }
  throw new ApiError(400, `${COMMAND} is neither words nor a JSON array of strings: ${text}`);
}
