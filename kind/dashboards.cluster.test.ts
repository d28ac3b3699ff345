import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DashboardJson } from '../grafana/src/dashboard-expressions.js';
import { askAll } from '../grafana/src/live-prometheus.js';
import { KIND_CLUSTER } from '../harness/src/cluster/kind-cluster.js';
import { benchOn, WORKERS } from './bench-on-kind.js';
import { clusterMissing } from './kubectl.js';

/** The only test on the cluster that calls it: what queries cost is then what this bench alone left. */
const FUNCTION = 'analyze-sentence';
const RANGE_SECONDS = 300;
/** At each second of the range, the last minute of four counters of two exporters, a sample a second. */
const SAMPLES_LIMIT = RANGE_SECONDS * 60 * 4 * 2;
/** This bench has no cold start, drops nothing, and its meter keeps the truth for itself. */
const ABSENT = /cold_start|dropped_iterations|truth_joules/;
const missing = clusterMissing();

describe.skipIf(missing)(`dashboards after a bench in the cluster${missing}`, () => {
  let id = '';

  beforeAll(async () => {
    const plan = ['--duration', '4', '--idle', '3', '--repetitions', '3'];
    const { result } = await benchOn(WORKERS[0], [FUNCTION, ...plan]);
    id = result.run;
  }, 300_000);

  test.each(['nodes', 'benchmark', 'functions'])(
    '%s: queries have data and are cheap',
    async (name) => {
      const path = join(import.meta.dirname, `../grafana/dashboards/${name}.json`);
      const dashboard = JSON.parse(readFileSync(path, 'utf8')) as DashboardJson;
      const chosen = { run: id, function: FUNCTION, __rate_interval: '1m' };
      const answers = await askAll(dashboard, KIND_CLUSTER.prometheus, chosen, RANGE_SECONDS);
      const found = answers.filter(({ expression }) => !ABSENT.test(expression));
      console.log(`${name}: ${found.length} of ${answers.length} queries must have data`);
      for (const { place, expression, series } of found)
        expect(series, `${place}: ${expression}`).toBeGreaterThan(0);
      for (const { place, samplesTouched } of answers)
        expect(samplesTouched, place).toBeLessThan(SAMPLES_LIMIT);
    },
  );
});
