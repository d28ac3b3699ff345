import { createInterface } from 'node:readline/promises';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { interruptible } from '../../cli/interrupt.js';
import { numberFlag } from '../../cli/parse-number.js';
import { UsageError } from '../../errors.js';

/** Nobody takes longer to turn a knob. */
const CONFIRM_LIMIT_MS = 600_000;

export default class MeterCalibrate extends BaseCommand {
  static override summary = 'calibrate a channel of a meter with two known loads';
  static override description =
    'Asks for two loads whose current a better instrument knows, reads each, and stores shunt and offset in the ' +
    'meter, which keeps them; every run records them. The meter takes a calibration for 10 minutes after it was ' +
    'powered on. Without a terminal, a line on stdin stands for each load that was set.';
  static override examples = [
    '<%= config.bin %> meter calibrate powermeter.local --channel 3 --amperes 0,1.000',
    '<%= config.bin %> meter calibrate powermeter.local --channel 3 --reset',
  ];
  static override args = {
    address: Args.string({ required: true, description: 'HOST or HOST:PORT (port 10000)' }),
  };
  static override flags = {
    channel: numberFlag('channel', { min: 1, max: 6, integer: true, unit: 'the channel' })({
      description: 'channel to calibrate',
      required: true,
      helpValue: 'N',
    }),
    amperes: Flags.string({
      description: 'the two known currents, in the order they are set',
      helpValue: 'A,A',
      exactlyOne: ['amperes', 'reset'],
    }),
    seconds: numberFlag('seconds', { min: 2, max: 600, unit: 'seconds' })({
      description: 'how long each load is read',
      default: 10,
      helpValue: 'S',
    }),
    reset: Flags.boolean({ description: 'go back to what the meter is configured to' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(MeterCalibrate);
    const { channel, seconds } = flags;
    const target = { address: args.address, channel };
    const { calibrateMeter, resetCalibration } = await import('../../energy/calibrate-meter.js');
    const { calibrationDocument, calibrationText } =
      await import('../../energy/calibration-report.js');
    if (flags.amperes === undefined) {
      const { shuntMicroohms } = await interruptible((interrupt) =>
        resetCalibration({ ...target, interrupt }),
      );
      this.log(`Channel ${channel} reads a shunt of ${shuntMicroohms} µΩ again, as configured.`);
      return { ...target, after: { shunt_uohm: shuntMicroohms, offset_lsb256: 0 } };
    }
    const knownAmperes = parseAmperes(flags.amperes);
    const input = createInterface({ input: process.stdin, terminal: false });
    const lines = input[Symbol.asyncIterator]();
    try {
      const report = await interruptible((interrupt) =>
        calibrateMeter({
          ...target,
          knownAmperes,
          seconds,
          interrupt,
          confirm: (message) => confirmed(lines, message, interrupt),
        }),
      );
      this.log(calibrationText(report));
      return { ...target, ...calibrationDocument(report) };
    } finally {
      input.close();
    }
  }
}

/** @throws UsageError */
function parseAmperes(text: string): [number, number] {
  const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [first, second] = values;
  if (values.length === 2 && values.every((value) => Math.abs(value) <= 100) && first !== second) {
    return [first!, second!];
  }
  throw new UsageError(
    'FLAG_VALUE',
    `--amperes takes two different currents in A, not '${text}'.`,
    'Such as --amperes 0,1.000',
  );
}

async function confirmed(
  lines: AsyncIterator<string>,
  message: string,
  interrupt: AbortSignal,
): Promise<void> {
  process.stderr.write(`${message}, then press Enter: `);
  const limit = AbortSignal.any([interrupt, AbortSignal.timeout(CONFIRM_LIMIT_MS)]);
  const ended = new Promise<'ended'>((resolve) =>
    limit.addEventListener('abort', () => resolve('ended'), { once: true }),
  );
  const line = await Promise.race([lines.next(), ended]);
  process.stderr.write('\n');
  if (line !== 'ended' && !line.done) return;
  if (interrupt.aborted) throw interrupt.reason;
  throw new UsageError(
    'NOT_CONFIRMED',
    'Nobody said that the load is set.',
    'Run it in a terminal, or give a line on stdin for each load.',
  );
}
