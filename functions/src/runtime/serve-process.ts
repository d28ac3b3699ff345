import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const READY_MS = 10_000;

/** A function served by a process of its own, for tests: on a free port, from the built files. */
export interface ServeProcess {
  child: ChildProcess;
  url: string;
  /** All that it has printed. */
  output: () => string;
  /** Its exit code, once it has ended. */
  ended: Promise<number | null>;
}

/**
 * @param handlerModule - a path, or one below functions/ such as `dist/sleep/handler.js`
 * @throws Error with what it printed, where it ended or did not listen in time
 */
export async function startServe(
  handlerModule: string,
  env: Record<string, string> = {},
): Promise<ServeProcess> {
  const child = spawn(process.execPath, ['dist/runtime/serve.js', handlerModule], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), READY_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        printed += String(chunk);
        const port = /listens on \S+ port (\d+)/.exec(printed)?.[1];
        if (!port) return;
        clearTimeout(timer);
        resolve(`http://127.0.0.1:${port}`);
      });
    }
    void ended.then((code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code}: ${printed}`));
    });
  });
  return { child, url, output: () => printed, ended };
}
