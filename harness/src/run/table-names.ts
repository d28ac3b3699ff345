/** The columns this program writes; readers take more and need the first ones only. */
export const TABLE_COLUMNS = {
  samples: [
    'node',
    'time_us',
    'energy_joules',
    'flags',
    'gap_us',
    'missed_cycles',
    'overrange_samples',
  ],
  invocations: ['function', 'node', 'start_us', 'end_us', 'status', 'call_id'],
  cpu: ['node', 'time_us', 'entity', 'cpu_seconds'],
} as const;

export type TableName = keyof typeof TABLE_COLUMNS;

/** What a table must have to be read; `node` may be missing where one node was measured. */
export const REQUIRED_COLUMNS: Record<TableName | 'phases', readonly string[]> = {
  samples: ['time_us', 'energy_joules'],
  invocations: ['function', 'start_us', 'end_us', 'status'],
  cpu: ['time_us', 'entity', 'cpu_seconds'],
  phases: ['phase', 'repetition', 'start_us', 'end_us'],
};

/** SQL types of the columns in Parquet; those not named are text. */
export const COLUMN_TYPES: Record<string, string> = {
  time_us: 'BIGINT',
  start_us: 'BIGINT',
  end_us: 'BIGINT',
  energy_joules: 'DOUBLE',
  cpu_seconds: 'DOUBLE',
  status: 'USMALLINT',
  flags: 'UINTEGER',
  gap_us: 'BIGINT',
  missed_cycles: 'BIGINT',
  overrange_samples: 'BIGINT',
};
