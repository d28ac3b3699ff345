/**
 * Every error a user can meet, with its exit code. A class is a kind of trouble; its `code` names the
 * case, its `hint` says what to do. Anything else that is thrown is a bug of ours and exits 1.
 */
export const EXIT_CODES = {
  ok: 0,
  bug: 1,
  usage: 2,
  regression: 3,
  runInvalid: 4,
  target: 5,
  load: 6,
  energySource: 7,
  interrupted: 130,
} as const;

/** What `--json` prints for an error. */
export interface ErrorDocument {
  error: { code: string; message: string; hint?: string; exit_code: number };
}

/** An error that the user can mend: shown as message and hint, never with a stack trace. */
export abstract class PowerHarnessError extends Error {
  abstract readonly exitCode: number;

  /**
   * @param code - a stable name in capitals, such as `FUNCTION_UNKNOWN`
   * @param message - what was wrong, naming the thing
   * @param hint - what to do about it
   */
  constructor(
    readonly code: string,
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }

  toDocument(): ErrorDocument {
    const { code, message, hint, exitCode } = this;
    return { error: { code, message, ...(hint ? { hint } : {}), exit_code: exitCode } };
  }
}

/** Wrong flags, arguments, configuration or input files (exit 2). */
export class UsageError extends PowerHarnessError {
  readonly exitCode = EXIT_CODES.usage;
}

/** The run can't be trusted (exit 4). */
export class RunInvalidError extends PowerHarnessError {
  readonly exitCode = EXIT_CODES.runInvalid;
}

/** The target can't be reached, is busy, or the deployment failed (exit 5). */
export class TargetError extends PowerHarnessError {
  readonly exitCode = EXIT_CODES.target;
}

/** The load generator is missing or failed (exit 6). */
export class LoadError extends PowerHarnessError {
  readonly exitCode = EXIT_CODES.load;
}

/** The meter, its twin or the exporter is missing, silent or stale (exit 7). */
export class EnergySourceError extends PowerHarnessError {
  readonly exitCode = EXIT_CODES.energySource;
}

/** Ctrl-C or a request to end (exit 130). */
export class InterruptedError extends PowerHarnessError {
  readonly exitCode = EXIT_CODES.interrupted;
}
