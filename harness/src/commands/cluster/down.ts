import { BaseCommand } from '../../cli/base-command.js';
import { interruptible } from '../../cli/interrupt.js';

export default class ClusterDown extends BaseCommand {
  static override summary = 'delete the kind cluster; its engine and images stay';
  static override examples = ['<%= config.bin %> cluster down'];

  async run(): Promise<unknown> {
    await this.parse(ClusterDown);
    const { runClusterScript } = await import('../../cluster/cluster-script.js');
    await interruptible((signal) => runClusterScript('down', { stdout: 'ignore', signal }));
    return { down: true };
  }
}
