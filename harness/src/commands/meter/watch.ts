import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { interruptible } from '../../cli/interrupt.js';
import { numberFlag } from '../../cli/parse-number.js';

export default class MeterWatch extends BaseCommand {
  static override summary = 'watch every channel of a meter live, real or twin';
  static override description =
    'Shows volts, amperes, watts and joules of each channel that sends, until Ctrl-C or for --seconds. ' +
    'Channels that the meter does not have stay silent.';
  static override examples = [
    '<%= config.bin %> meter watch powermeter.local',
    '<%= config.bin %> meter watch 127.0.0.1:10000 --channels 1,2 --seconds 5 --json',
  ];
  static override args = {
    address: Args.string({ required: true, description: 'HOST or HOST:PORT (port 10000)' }),
  };
  static override flags = {
    channels: Flags.string({
      description: 'channels to ask for',
      default: '1,2,3,4,5,6',
      helpValue: 'LIST',
    }),
    seconds: numberFlag('seconds', { min: 0.5, max: 86_400, unit: 'seconds' })({
      description: 'end after so long (default: at Ctrl-C; 3 with --json)',
      helpValue: 'S',
    }),
    'supply-volts': numberFlag('supply-volts', { min: 1, max: 26, unit: 'volts' })({
      description: 'for meters of the first generation, which send no voltage',
      helpValue: 'V',
    }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(MeterWatch);
    const { watchMeter } = await import('../../energy/watch-meter.js');
    const print = this.jsonEnabled() ? undefined : (text: string) => process.stdout.write(text);
    const seconds = flags.seconds ?? (this.jsonEnabled() ? 3 : undefined);
    const channels = await interruptible((interrupt) =>
      watchMeter({
        address: args.address,
        channels: flags.channels,
        ...(seconds === undefined ? {} : { seconds }),
        ...(flags['supply-volts'] === undefined ? {} : { supplyVolts: flags['supply-volts'] }),
        ...(print ? { print } : {}),
        live: process.stdout.isTTY,
        interrupt,
      }),
    );
    return { address: args.address, channels };
  }
}
