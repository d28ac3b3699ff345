import { Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';

export default class DashboardsInstall extends BaseCommand {
  static override summary = 'bring the dashboards to a Grafana that runs';
  static override description =
    'Puts them into a folder of their own, and updates those that differ. The token of a service account with the role Editor is read from POWER_HARNESS_GRAFANA_TOKEN.';
  static override examples = [
    '<%= config.bin %> dashboards install --grafana http://127.0.0.1:3000 --dry-run',
  ];
  static override flags = {
    grafana: Flags.string({
      required: true,
      description: 'the address of Grafana',
      env: 'POWER_HARNESS_GRAFANA',
      helpValue: 'URL',
    }),
    'dry-run': Flags.boolean({ default: false, description: 'only tell what would change' }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(DashboardsInstall);
    const { readDashboards } = await import('../../dashboards/dashboard-files.js');
    const { GrafanaClient, TOKEN_VARIABLE } = await import('../../dashboards/grafana-client.js');
    const { installDashboards } = await import('../../dashboards/install-dashboards.js');
    const client = new GrafanaClient(flags.grafana, process.env[TOKEN_VARIABLE]);
    const dryRun = flags['dry-run'];
    const installed = await installDashboards(client, await readDashboards(), dryRun);
    for (const { title, change } of installed) {
      this.log(`${title}: ${dryRun && change !== 'unchanged' ? 'would be ' : ''}${change}`);
    }
    return { grafana: flags.grafana, dry_run: dryRun, dashboards: installed };
  }
}
