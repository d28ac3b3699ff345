import { watchFiles } from './file-watch.js';
import { log } from './log.js';

/** How the last reading of the meters file ended. */
export interface ReloadState {
  successful: boolean;
  /** Unix seconds of the last that succeeded. */
  successSeconds: number;
}

/**
 * Reads the meters file again on SIGHUP and when it has changed; where that fails, what was before goes on.
 * @param apply - reads and takes over the file
 * @returns the state, kept up to date, and what ends it
 */
export function reloadOnChange(
  file: string,
  apply: () => Promise<void>,
): { state: ReloadState; close: () => void } {
  const state = { successful: true, successSeconds: Date.now() / 1000 };
  let last = Promise.resolve();
  const reload = () => {
    last = last.then(async () => {
      try {
        await apply();
        Object.assign(state, { successful: true, successSeconds: Date.now() / 1000 });
        log('info', 'Meters file read again', { file });
      } catch (error) {
        state.successful = false;
        log('error', 'The meters file is not taken, the one before goes on', {
          error: (error as Error).message,
        });
      }
    });
  };
  process.on('SIGHUP', reload);
  const unwatch = watchFiles([file], reload);
  return {
    state,
    close: () => {
      process.off('SIGHUP', reload);
      unwatch();
    },
  };
}
