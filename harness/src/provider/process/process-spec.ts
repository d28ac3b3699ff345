import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { ApiError, type FunctionDeployment } from '../backend.js';
import { readinessOf, type Readiness } from '../readiness.js';

/** How a function runs as a process: from the annotations of its deployment. */
export interface ProcessSpec {
  command: string;
  args: string[];
  directory: string;
  readiness: Readiness;
}

const COMMAND = 'power-harness.command';
const DIRECTORY = 'power-harness.directory';
const READY_SECONDS = 10;

/** @throws ApiError 400 saying which annotation is missing or wrong */
export function processSpec(deployment: FunctionDeployment, functionsRoot: string): ProcessSpec {
  const { service, annotations = {} } = deployment;
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
  return {
    command,
    args,
    directory,
    readiness: readinessOf(deployment, READY_SECONDS),
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
