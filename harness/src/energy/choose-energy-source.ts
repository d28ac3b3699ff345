import { UsageError } from '../errors.js';
import { readableRaplZones } from './rapl.js';

export type EnergySourceName = 'auto' | 'rapl' | 'twin';

/** What the user said of where joules come from. */
export interface EnergyChoice {
  energy: EnergySourceName;
  /** Meters of the user's. */
  metersFile?: string;
  /** Where sysfs is mounted. */
  sysfs: string;
}

export type ChosenSource =
  | { source: 'meters'; metersFile: string }
  | { source: 'rapl'; zones: string[] }
  | { source: 'twin' };

/**
 * Meters where there are some; else this machine's RAPL where functions run here and it can be read; else the twin.
 * @param onThisMachine - whether functions run here, so that this machine's own sensors meter them
 * @throws UsageError
 */
export function chooseEnergySource(
  { energy, metersFile, sysfs }: EnergyChoice,
  onThisMachine: boolean,
): ChosenSource {
  if (metersFile && energy !== 'auto') {
    throw new UsageError(
      'FLAGS_CLASH',
      `--energy ${energy} and a meters file exclude each other.`,
      'Give one.',
    );
  }
  if (metersFile) return { source: 'meters', metersFile };
  if (energy === 'twin' || (energy === 'auto' && !onThisMachine)) return { source: 'twin' };
  const zones = readableRaplZones(sysfs);
  if (zones.length > 0) return { source: 'rapl', zones };
  if (energy === 'auto') return { source: 'twin' };
  throw new UsageError(
    'RAPL_UNREADABLE',
    `There is no RAPL that can be read in ${sysfs}/class/powercap.`,
    'Since Linux 5.10 only root may read it; virtual machines and boards with ARM have none.',
  );
}
