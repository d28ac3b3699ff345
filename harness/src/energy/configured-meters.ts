import { existsSync } from 'node:fs';
import type { MeterChannel, MeterConfig } from '@power-harness/exporter/meters-file';
import { UsageError } from '../errors.js';
import type { ManifestMeter } from '../run/manifest.js';

/** The channels of a meters file, as run.json names them. @throws UsageError */
export async function configuredMeters(file: string): Promise<ManifestMeter[]> {
  if (!existsSync(file)) {
    throw new UsageError('METERS_FILE', `There is no meters file ${file}.`, 'Check --meters.');
  }
  const { readMetersFile } = await import('@power-harness/exporter/meters-file');
  const { meters } = await readMetersFile(file).catch((error: Error) => {
    throw new UsageError('METERS_FILE', error.message, 'exporter/README.md describes it.');
  });
  return meters.flatMap((meter) =>
    meter.channels.map((each) => ({
      node: each.node,
      meter: meter.name,
      channel: each.channel,
      source: meter.source,
      address: addressOf(meter, each),
    })),
  );
}

function addressOf(meter: MeterConfig, { rail, zones }: MeterChannel): string {
  if (meter.source === 'meter') return `${meter.host}:${meter.port}`;
  return rail ?? zones?.join(' + ') ?? 'packages and memory';
}
