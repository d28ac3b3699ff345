import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { BaseCommand } from '../../cli/base-command.js';
import { EnergySourceError } from '../../errors.js';
import { TWIN_PROGRAM } from '../../energy/twin-process.js';

export default class MeterTwin extends BaseCommand {
  static override summary = "run a meter's digital twin by hand";
  static override description =
    'Runs power-meter-twin with the arguments given, until Ctrl-C: the firmware core with an emulated ' +
    'sensor and a model of a node. Everything it meters is simulated.';
  static override examples = [
    '<%= config.bin %> meter twin --port 10000 --model constant:2.5',
    '<%= config.bin %> meter twin --channel 1=process:1234,idle_watts=2,watts_per_core=3',
  ];
  static override strict = false;
  static override enableJsonFlag = false;

  async run(): Promise<void> {
    if (!existsSync(TWIN_PROGRAM)) {
      throw new EnergySourceError(
        'TWIN_NOT_BUILT',
        `${TWIN_PROGRAM} is missing.`,
        'Run ./bootstrap.',
      );
    }
    const child = spawn(TWIN_PROGRAM, this.argv, { stdio: 'inherit' });
    const forward = (signal: NodeJS.Signals) => void child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    process.exitCode = await new Promise<number>((resolve) =>
      child.once('close', (code) => resolve(code ?? 1)),
    );
  }
}
