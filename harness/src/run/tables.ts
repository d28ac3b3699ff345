import { type AttributionInput } from '../attribution/input.js';

/** The run directory's tables, as attribution takes them. */
export type RunTables = Omit<AttributionInput, 'sensor'>;
