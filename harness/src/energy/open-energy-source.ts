import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { EnergySourceError } from '../errors.js';
import { type ManifestMeter } from '../run/manifest.js';
import { type EnergySource } from './energy-source.js';
import { startExporter, type ExporterProcess } from './exporter-process.js';
import { configuredMeters } from './configured-meters.js';
import { fetchSamples, measureClockOffset } from './samples-client.js';
import { shuntMilliohmsFor } from './sensor-budget.js';
import { startTwin, type Twin } from './twin-process.js';

/** The rate asked of our own meters: the reporting interval in milliseconds. */
const INTERVAL_MS = 100;

export interface EnergySourceOptions {
  /** Meters of the user's; without them a twin is started where the target has a model for one. */
  metersFile?: string;
  twinNode?: { model: string; fullWatts: number };
  /** See TwinOptions. */
  twinOptions: readonly string[];
  /** The node the twin stands for. */
  node: string;
  seed: number;
  /** Gets logs, the twin's meters file and truth. */
  directory: string;
  signal: AbortSignal;
}

/** Starts the exporter, and a twin where there is no meter. @throws EnergySourceError or UsageError */
export async function openEnergySource(options: EnergySourceOptions): Promise<EnergySource> {
  await mkdir(options.directory, { recursive: true });
  if (options.metersFile) {
    const meters = await configuredMeters(options.metersFile);
    const exporter = await startExporter(options.metersFile, options.directory, options.signal);
    return new ExportedEnergy(meters, exporter, undefined);
  }
  if (!options.twinNode) {
    throw new EnergySourceError(
      'NO_ENERGY_SOURCE',
      'There is no meter for this target.',
      'Name a meters file with --meters; exporter/README.md describes it.',
    );
  }
  return openTwin(options, options.twinNode);
}

async function openTwin(
  options: EnergySourceOptions,
  { model, fullWatts }: { model: string; fullWatts: number },
): Promise<EnergySource> {
  const { directory, node, signal } = options;
  const twin = await startTwin({
    models: { 1: model },
    seed: options.seed,
    directory,
    options: [`--shunt-mohm=${shuntMilliohmsFor(fullWatts)}`, ...options.twinOptions],
    signal,
  });
  const address = `127.0.0.1:${twin.port}`;
  const file = join(directory, 'meters.yaml');
  const meters = [{ name: 'twin', address, interval_ms: INTERVAL_MS, channels: { 1: { node } } }];
  try {
    await writeFile(file, stringify({ meters }));
    const exporter = await startExporter(file, directory, signal);
    const meter: ManifestMeter = {
      node,
      meter: 'twin',
      channel: 1,
      source: 'twin',
      address,
      model,
    };
    return new ExportedEnergy([meter], exporter, twin);
  } catch (error) {
    await twin.process.stop();
    throw error;
  }
}

class ExportedEnergy implements EnergySource {
  readonly versions: Record<string, string> = {};
  readonly died: Promise<string>;
  readonly truthFile?: string;
  private closing = false;

  constructor(
    readonly meters: ManifestMeter[],
    private readonly exporter: ExporterProcess,
    private readonly twin: Twin | undefined,
  ) {
    if (twin) this.truthFile = twin.truthFile;
    this.died = new Promise((resolve) => {
      const watch = (
        name: string,
        { ended, output }: { ended: Promise<unknown>; output: string },
      ) =>
        void ended.then(() => {
          if (!this.closing)
            resolve(`${name} ended by itself${output ? `: ${lastLine(output)}` : '.'}`);
        });
      watch('The exporter', exporter.process);
      if (twin) watch("The meter's digital twin", twin.process);
    });
  }

  get simulated(): boolean {
    return this.meters.some((meter) => meter.source === 'twin');
  }

  async samplesSince(fromUs: number) {
    return (await fetchSamples(this.exporter.url, fromUs)).rows;
  }

  clockOffsetSeconds() {
    return measureClockOffset(this.exporter.url);
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.exporter.process.stop();
    await this.twin?.process.stop();
  }
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}
