import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { EnergySourceError } from '../errors.js';
import type { ManifestMeter } from '../run/manifest.js';
import type { EnergySource } from './energy-source.js';
import { httpExporter, type ExporterEndpoint } from './exporter-endpoint.js';
import { startExporter, type ExporterProcess } from './exporter-process.js';
import type { ChosenSource } from './choose-energy-source.js';
import { configuredMeters } from './configured-meters.js';
import type { OfferedExporters } from './offered-exporters.js';
import { fetchSamples, measureClockOffset } from './samples-client.js';
import { shuntMilliohmsFor } from './sensor-budget.js';
import { openTargetEnergy } from './target-energy.js';
import { startTwin, type Twin } from './twin-process.js';

/** The rate asked of our own meters: the reporting interval in milliseconds. */
const INTERVAL_MS = 100;

/** A node as its twin sees it: see targets/target.ts. */
interface TwinNode {
  model: string;
  fullWatts: number;
  sources?: Record<string, string>;
}
/** Of our own exporter: an outage is longer than a few samples of a meter that sends each second. */
const SILENCE_LIMIT_SECONDS = 5;

export interface EnergySourceOptions {
  chosen: ChosenSource;
  /** Where sysfs is mounted. */
  sysfs: string;
  /** What a twin takes the node for, where the target has a model of one. */
  twinNode?: TwinNode;
  /** See TwinOptions. */
  twinOptions: readonly string[];
  /** The nodes to measure; RAPL or the twin stands for the first. */
  nodes: readonly string[];
  /** The target's own meters, where it has some. */
  offered?: OfferedExporters;
  seed: number;
  /** Gets logs, the twin's meters file and truth. */
  directory: string;
  signal: AbortSignal;
}

/** Starts the exporter, and a twin where there is nothing to meter. @throws EnergySourceError or UsageError */
export async function openEnergySource(options: EnergySourceOptions): Promise<EnergySource> {
  await mkdir(options.directory, { recursive: true });
  const { chosen, offered, nodes, signal } = options;
  if (chosen.source === 'meters') return openMeters(options, chosen.metersFile);
  if (chosen.source === 'rapl') {
    const channels = { 1: { node: nodes[0], zones: chosen.zones } };
    return openMeters(
      options,
      await writeMeters(options, { name: 'rapl', source: 'rapl', channels }),
    );
  }
  if (chosen.source === 'target' && offered) return openTargetEnergy(offered, nodes, signal);
  if (!options.twinNode) {
    throw new EnergySourceError(
      'NO_ENERGY_SOURCE',
      'There is no meter for this target.',
      'Name a meters file with --meters; exporter/README.md describes it.',
    );
  }
  return openTwin(options, options.twinNode);
}

async function openMeters(
  { directory, sysfs, signal }: EnergySourceOptions,
  metersFile: string,
): Promise<EnergySource> {
  const meters = await configuredMeters(metersFile);
  return new ExportedEnergy(meters, await startExporter(metersFile, directory, sysfs, signal));
}

async function openTwin(
  options: EnergySourceOptions,
  { model, fullWatts, sources }: TwinNode,
): Promise<EnergySource> {
  const { directory, sysfs, signal } = options;
  const node = options.nodes[0]!;
  const twin = await startTwin({
    models: { 1: model },
    seed: options.seed,
    directory,
    options: [`--shunt-mohm=${shuntMilliohmsFor(fullWatts)}`, ...options.twinOptions],
    signal,
  });
  const address = `127.0.0.1:${twin.port}`;
  try {
    const file = await writeMeters(options, { name: 'twin', address, channels: { 1: { node } } });
    const exporter = await startExporter(file, directory, sysfs, signal);
    const meter: ManifestMeter = {
      node,
      meter: 'twin',
      channel: 1,
      source: 'twin',
      address,
      model,
      ...(sources ? { sources } : {}),
    };
    return new ExportedEnergy([meter], exporter, twin);
  } catch (error) {
    await twin.process.stop();
    throw error;
  }
}

/** @returns the meters file */
async function writeMeters({ directory }: EnergySourceOptions, meter: object): Promise<string> {
  const file = join(directory, 'meters.yaml');
  await writeFile(file, stringify({ meters: [{ ...meter, interval_ms: INTERVAL_MS }] }));
  return file;
}

class ExportedEnergy implements EnergySource {
  readonly versions: Record<string, string> = {};
  readonly warnings = [];
  readonly sampleSeconds = INTERVAL_MS / 1000;
  readonly silenceLimitSeconds = SILENCE_LIMIT_SECONDS;
  readonly died: Promise<string>;
  readonly truthFile?: string;
  private closing = false;
  private readonly endpoint: ExporterEndpoint;

  constructor(
    readonly meters: ManifestMeter[],
    private readonly exporter: ExporterProcess,
    private readonly twin?: Twin,
  ) {
    this.endpoint = httpExporter(exporter.url);
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
    return (await fetchSamples(this.endpoint, fromUs)).rows;
  }

  async clockOffsets() {
    const offset = await measureClockOffset(this.endpoint);
    return new Map(this.meters.map(({ node }) => [node, offset]));
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
