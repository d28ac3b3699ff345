import type { AttributionResult } from '../attribution/result.js';

/** result.json: what attribution found, and which run it is of. Schema: harness/schemas/result.schema.json. */
export interface RunResult extends AttributionResult {
  schema: 1;
  run: string;
  /** True: at least one joule is a twin's, not a meter's. */
  simulated: boolean;
}
