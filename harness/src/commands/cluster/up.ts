import { BaseCommand } from '../../cli/base-command.js';
import { targetFlags } from '../../cli/bench-flags.js';
import { interruptible } from '../../cli/interrupt.js';

export default class ClusterUp extends BaseCommand {
  static override summary =
    'bring up a kind cluster to bench on: OpenFaaS, Prometheus, a twin that meters each node';
  static override description =
    'A control plane and two workers in containers, each worker metered by a digital twin that follows its real CPU ' +
    'time: every joule is simulated. What is there is left alone. Images come from their registries; where none can be ' +
    'reached they are made from Debian packages and Go modules, once, which takes root and a quarter of an hour.';
  static override examples = ['<%= config.bin %> cluster up'];

  async run(): Promise<unknown> {
    await this.parse(ClusterUp);
    const { runClusterScript } = await import('../../cluster/cluster-script.js');
    const { KIND_CLUSTER } = await import('../../cluster/kind-cluster.js');
    const stdout = this.jsonEnabled() ? 'ignore' : 'inherit';
    await interruptible((signal) => runClusterScript('up', { stdout, signal }));
    const { checkTarget } = await import('../../cli/check-target.js');
    const { flags } = await this.parse({ flags: targetFlags }, ['--target', 'kind']);
    const { document, exitCode } = await checkTarget(flags as never, (line) => this.log(line));
    if (exitCode !== 0) process.exitCode = exitCode;
    return { ...KIND_CLUSTER, ...document };
  }
}
