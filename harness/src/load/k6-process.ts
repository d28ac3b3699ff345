import { execa } from 'execa';
import { tiedToParent } from '../processes/command-line.js';
import { findProgram } from '../tools/program.js';
import { followK6, K6_ENVIRONMENT, k6Arguments, writeScript } from './follow-k6.js';
import type { K6Options } from './k6-options.js';

/**
 * Runs k6 on this machine to its end. It also ends when this process is killed.
 * @throws LoadError (`K6_MISSING`, `K6_FAILED`, `K6_HANGS`) or the signal's reason
 */
export async function runK6(options: K6Options): Promise<void> {
  await writeScript(options);
  const [command, line] = tiedToParent(findProgram('k6'), k6Arguments(options));
  const child = execa(command, line, {
    cwd: options.directory,
    // A session of its own: a Ctrl-C in the terminal reaches only us, and we stop k6 in order.
    detached: true,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    extendEnv: false,
    env: { ...withoutK6(process.env), ...K6_ENVIRONMENT, ...options.live?.environment },
  });
  const ended = child.then(({ exitCode, signal, originalMessage }) => {
    return { exitCode, how: originalMessage ?? (signal && `it ended by ${signal}`) };
  });
  const { stdout, stderr } = child;
  await followK6({ stdout, stderr, ended, kill: (signal) => child.kill(signal) }, options);
}

/** The user's own k6 settings must not bend the load. */
function withoutK6(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([key]) => !key.startsWith('K6_')));
}
