import { benchmarkDashboard } from './benchmark-dashboard.js';
import { functionsDashboard } from './functions-dashboard.js';
import { nodesDashboard } from './nodes-dashboard.js';

/** Every dashboard, by the name of its file in `dashboards/`. */
export const dashboards = {
  nodes: nodesDashboard.build(),
  benchmark: benchmarkDashboard.build(),
  functions: functionsDashboard.build(),
};

/** As it is written to a file: classic dashboard JSON. */
export const dashboardJson = (dashboard: object) => `${JSON.stringify(dashboard, null, 2)}\n`;
