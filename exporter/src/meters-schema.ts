/** What a channel has in a meters file, beside its node, by where the meter's readings come from. */
const CHANNEL_FIELDS = {
  meter: {
    shunt_uohm: { type: 'number', minimum: 100, maximum: 10_000_000 },
    gain: { type: 'number', minimum: 0.5, maximum: 2 },
    offset_ua: { type: 'number', minimum: -1_000_000, maximum: 1_000_000 },
  },
  rapl: {
    zones: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
  },
  hwmon: { rail: { type: 'string', minLength: 1 } },
};

/** `meter`: one that sends datagrams. The others are sensors of the exporter's own machine. */
export type SourceName = keyof typeof CHANNEL_FIELDS;

export const SOURCES = Object.keys(CHANNEL_FIELDS) as SourceName[];

const METER_FIELDS = {
  address: { type: 'string', minLength: 1 },
  supply_volts: { type: 'number', exclusiveMinimum: 0, maximum: 26 },
};

/** The file but for its meters' own fields. */
export const FILE_SCHEMA = {
  type: 'object',
  required: ['meters'],
  additionalProperties: false,
  properties: {
    meters: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: { source: { enum: SOURCES } },
      },
    },
  },
};

/** One meter of the file. */
export function meterSchema(source: SourceName) {
  const isMeter = source === 'meter';
  return {
    type: 'object',
    required: ['name', ...(isMeter ? ['address'] : []), 'channels'],
    additionalProperties: false,
    properties: {
      name: { type: 'string', minLength: 1 },
      source: {},
      interval_ms: { type: 'integer', minimum: 20, maximum: 10_000 },
      ...(isMeter ? METER_FIELDS : {}),
      channels: {
        type: 'object',
        minProperties: 1,
        additionalProperties: false,
        patternProperties: {
          '^[1-6]$': {
            type: 'object',
            required: ['node', ...(source === 'hwmon' ? ['rail'] : [])],
            additionalProperties: false,
            properties: { node: { type: 'string', minLength: 1 }, ...CHANNEL_FIELDS[source] },
          },
        },
      },
    },
  };
}

/** One meter of a file that its schema allows. */
export interface RawMeter {
  name: string;
  source?: SourceName;
  address?: string;
  interval_ms?: number;
  supply_volts?: number;
  channels: Record<string, RawChannel>;
}

interface RawChannel {
  node: string;
  shunt_uohm?: number;
  gain?: number;
  offset_ua?: number;
  zones?: string[];
  rail?: string;
}
