import type { K6Event } from './k6-output.js';
import type { K6Config } from './k6-script.js';

export const REQUESTS_FILE = 'requests.csv.gz';

/** Where k6 writes its metrics while it runs, besides its files. */
export interface LiveOutput {
  /** Name of the output and the variables that configure it, credentials among them. */
  name: string;
  environment: Record<string, string>;
  /** Labels of all that it writes. */
  tags: Record<string, string>;
}

export interface K6Options {
  config: K6Config;
  /** Gets the script, its configuration, the log, the summary and the rows. */
  directory: string;
  /** Whether to write a row per sample to requests.csv.gz. */
  rows: boolean;
  live?: LiveOutput;
  /** k6 is ended when it takes longer. */
  limitSeconds: number;
  /** How long k6 may take to end in order after an abort. */
  stopSeconds: number;
  signal: AbortSignal;
  onEvent?: (event: K6Event) => void;
}
