import { EXIT_CODES, InterruptedError } from '../errors.js';

/**
 * Runs `work` with a signal that Ctrl-C (or SIGTERM) aborts; a second one ends the program at once, and
 * with it every child, which are tied to us.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted);
    controller.abort(new InterruptedError('INTERRUPTED', `Interrupted by ${name}.`));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('SIGHUP', onSignal);
  }
}
