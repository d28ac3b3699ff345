import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where this checkout has the generated dashboards. */
const FOLDER = fileURLToPath(new URL('../../../grafana/dashboards', import.meta.url));

/** A dashboard as Grafana takes it. */
export interface Dashboard {
  uid: string;
  title: string;
  [field: string]: unknown;
}

export async function readDashboards(): Promise<Dashboard[]> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(FOLDER, name), 'utf8')));
  return texts.map((text) => JSON.parse(text) as Dashboard);
}
