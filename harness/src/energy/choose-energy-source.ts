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
  | { source: 'target' }
  | { source: 'twin' };

/** What a target means for where joules come from. */
export interface MeteredTarget {
  /** Whether functions run here, so that this machine's own sensors meter them. */
  onThisMachine: boolean;
  /** Whether it has exporters of its own. */
  metered: boolean;
}

/**
 * Meters where there are some, the user's before the target's; else this machine's RAPL where functions run here and it
 * can be read; else the twin.
 * @throws UsageError
 */
export function chooseEnergySource(
  { energy, metersFile, sysfs }: EnergyChoice,
  { onThisMachine, metered }: MeteredTarget,
): ChosenSource {
  if (metersFile && energy !== 'auto') {
    throw new UsageError(
      'FLAGS_CLASH',
      `--energy ${energy} and a meters file exclude each other.`,
      'Give one.',
    );
  }
  if (metersFile) return { source: 'meters', metersFile };
  if (metered && energy === 'auto') return { source: 'target' };
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
