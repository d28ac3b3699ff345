// Writes dashboards/*.json: npm run generate -w grafana.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardJson, dashboards } from './dashboards.js';

const folder = join(import.meta.dirname, '../dashboards');
mkdirSync(folder, { recursive: true });
for (const [name, dashboard] of Object.entries(dashboards)) {
  writeFileSync(join(folder, `${name}.json`), dashboardJson(dashboard));
}
