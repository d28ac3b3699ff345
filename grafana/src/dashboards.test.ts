import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { dashboardJson, dashboards } from './dashboards.js';
import {
  expressionsOf,
  substitute,
  type DashboardJson,
  type PanelJson,
} from './dashboard-expressions.js';

const folder = join(import.meta.dirname, '../dashboards');
const files = readdirSync(folder).map((name) => name.replace('.json', ''));
const read = (name: string) => readFileSync(join(folder, `${name}.json`), 'utf8');

/** What Grafana puts for its own variables. */
const GRAFANA = { __rate_interval: '15s', __range: '600s', __range_s: '600', __interval: '15s' };

test('the JSON is what the code makes (npm run generate -w grafana)', () => {
  expect(files.sort()).toEqual(Object.keys(dashboards).sort());
  for (const [name, dashboard] of Object.entries(dashboards)) {
    expect(read(name), name).toBe(dashboardJson(dashboard));
  }
});

/** Recorded series have no job and no instance: they are of all exporters. */
const WITHOUT_SCRAPER = ['functions'];

describe.each(files)('%s keeps the rules of a dashboard', (name) => {
  const dashboard = JSON.parse(read(name)) as DashboardJson;
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');

  test('it cannot be edited in place, and has a steady address', () => {
    expect(dashboard.editable).toBe(false);
    expect(dashboard.uid).toBe(`power-harness-${name}`);
  });

  test('every query asks the data source that the user chose', () => {
    const chosen = { type: 'prometheus', uid: '${datasource}' };
    const [first, ...variables] = dashboard.templating.list;
    expect(first).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    for (const each of [...panels, ...variables, ...(dashboard.annotations.list ?? [])])
      expect(each.datasource).toEqual(chosen);
    for (const each of panels.flatMap(({ targets }) => targets ?? []))
      expect(each.datasource).toEqual(chosen);
  });

  test('job and instance can be chosen', () => {
    if (WITHOUT_SCRAPER.includes(name)) return;
    for (const wanted of ['job', 'instance']) {
      const variable = dashboard.templating.list.find((each) => each.name === wanted);
      expect(variable).toMatchObject({ multi: true, includeAll: true, allValue: '.+', refresh: 2 });
    }
  });

  test.each(panels.map((panel): [string, PanelJson] => [panel.title ?? '', panel]))(
    'panel %s says what it shows',
    (title, panel) => {
      expect(title).not.toBe('');
      expect(panel.description?.length).toBeGreaterThan(20);
      expect(panel.fieldConfig?.defaults.unit).toBeTruthy();
      expect(panel.targets?.length).toBeGreaterThan(0);
      expect(panel.gridPos.x + panel.gridPos.w).toBeLessThanOrEqual(24);
    },
  );

  test('titles are unique', () => {
    const titles = panels.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test.each(expressionsOf(dashboard).map((each) => [each.place, each] as const))(
    'the query of %s is PromQL, with rates over a range that fits',
    (_, { expression, instant }) => {
      const names = dashboard.templating.list.map((each) => [each.name, 'x'] as const);
      const text = substitute(expression, { ...Object.fromEntries(names), ...GRAFANA });
      expect(text).not.toMatch(/[$](?![0-9])/);
      const errors: string[] = [];
      parser.parse(text).iterate({
        enter: ({ type, from, to }) =>
          void (type.isError && errors.push(text.slice(from - 20, to + 20))),
      });
      expect(errors, text).toEqual([]);
      const ranges = [
        ...expression.matchAll(/\b(?:rate|irate|increase)\(\w+(?:\{[^}]*\})?\[([^\]]*)\]/g),
      ];
      for (const [, range] of ranges)
        expect(range).toBe(instant && range === '$__range' ? range : '$__rate_interval');
      // A counter by itself says when its process started.
      const counters = expression.match(/\b\w+_total\b/g)?.length ?? 0;
      expect(ranges.length).toBeGreaterThanOrEqual(counters);
    },
  );
});
