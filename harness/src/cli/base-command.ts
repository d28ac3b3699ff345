import { Command, Errors } from '@oclif/core';
import { EXIT_CODES, PowerHarnessError, UsageError, type ErrorDocument } from '../errors.js';

/** What all commands share: `--json`, our exit codes, and errors without stack traces. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  protected override catch(error: Error): Promise<void> {
    const known = toKnown(error);
    process.exitCode = known?.exitCode ?? EXIT_CODES.bug;
    if (this.jsonEnabled()) {
      this.logJson(known?.toDocument() ?? bugDocument(error));
      return Promise.resolve();
    }
    if (known) {
      this.logToStderr(`Error: ${known.message}${known.hint ? `\n${known.hint}` : ''}`);
    } else if (!(error instanceof Errors.ExitError)) {
      this.logToStderr(`This is a bug in power-harness:\n${error.stack ?? error.message}`);
    }
    return Promise.resolve();
  }
}

/** Wrong flags and arguments are found by oclif; they are usage errors like our own. */
function toKnown(error: Error): PowerHarnessError | undefined {
  if (error instanceof PowerHarnessError) return error;
  if (error instanceof Errors.CLIError && !(error instanceof Errors.ExitError)) {
    const [message = '', ...more] = error.message.split('\n');
    return new UsageError('USAGE', message, more.join('\n').trim() || undefined);
  }
  return undefined;
}

function bugDocument(error: Error): ErrorDocument {
  return { error: { code: 'BUG', message: error.message, exit_code: EXIT_CODES.bug } };
}
