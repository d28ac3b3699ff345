import { isDeepStrictEqual } from 'node:util';
import type { Dashboard } from './dashboard-files.js';
import type { GrafanaClient } from './grafana-client.js';

export const FOLDER = { uid: 'power-harness', title: 'Power' };

/** What was done with a dashboard, or would be. */
export interface Installed {
  uid: string;
  title: string;
  change: 'created' | 'updated' | 'unchanged';
}

/**
 * Brings dashboards to a Grafana, into a folder of their own. What is there already is left alone.
 * @param dryRun - only tells what would change
 */
export async function installDashboards(
  client: GrafanaClient,
  dashboards: readonly Dashboard[],
  dryRun: boolean,
): Promise<Installed[]> {
  if (!(await client.hasFolder(FOLDER.uid)) && !dryRun) {
    await client.createFolder(FOLDER.uid, FOLDER.title);
  }
  const installed: Installed[] = [];
  for (const dashboard of dashboards) {
    const there = await client.dashboard(dashboard.uid);
    const same =
      there?.folderUid === FOLDER.uid &&
      isDeepStrictEqual(content(there.dashboard), content(dashboard));
    if (!same && !dryRun) await client.saveDashboard(dashboard, FOLDER.uid);
    const change = same ? 'unchanged' : there ? 'updated' : 'created';
    installed.push({ uid: dashboard.uid, title: dashboard.title, change });
  }
  return installed;
}

/** Without what Grafana itself adds. */
function content(dashboard: Dashboard): object {
  return { ...dashboard, id: null, version: null };
}
