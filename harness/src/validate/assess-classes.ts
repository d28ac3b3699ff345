import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ClassAccuracy } from '../lab/accuracy.js';
import { abortError } from '../processes/sleep.js';

export interface ClassesOptions {
  /** Of classes, such as SCENARIOS has. */
  names: readonly string[];
  /** Runs in each. */
  runs: number;
  /** Of the first run of each class; the next ones follow. */
  seed: number;
  /** Called when a class is done, with how many are. */
  onClass?: (name: string, done: number) => void;
}

/** What a thread (lab-worker.ts) is asked for; it answers with a ClassAccuracy. */
export interface LabTask {
  name: string;
  seeds: number[];
}

/**
 * The laboratory's classes, one thread a core. Only the seed decides on the figures.
 * @throws the signal's reason when it is aborted
 */
export async function assessClasses(
  { names, runs, seed, onClass }: ClassesOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<ClassAccuracy[]> {
  const seeds = Array.from({ length: runs }, (_, i) => seed + i);
  const found = new Map<string, ClassAccuracy>();
  const waiting = [...names];
  const workers = Array.from(
    { length: Math.min(availableParallelism(), waiting.length) },
    () => new Worker(new URL('./lab-worker.js', import.meta.url)),
  );
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
          found.set(name, await ask(worker, { name, seeds }, signal));
          onClass?.(name, found.size);
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return names.map((name) => found.get(name)!);
}

/** Ends by itself: a class takes seconds, and a thread that dies says so. */
function ask(worker: Worker, task: LabTask, signal: AbortSignal): Promise<ClassAccuracy> {
  return new Promise((resolve, reject) => {
    const onAbort = () => settle(() => reject(abortError(signal)));
    const onMessage = (accuracy: ClassAccuracy) => settle(() => resolve(accuracy));
    const onError = (error: Error) => settle(() => reject(error));
    const settle = (how: () => void) => {
      worker.off('message', onMessage).off('error', onError);
      signal.removeEventListener('abort', onAbort);
      how();
    };
    if (signal.aborted) return onAbort();
    worker.on('message', onMessage).on('error', onError);
    signal.addEventListener('abort', onAbort);
    worker.postMessage(task);
  });
}
