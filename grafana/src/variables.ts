import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The data source that every query, variable and annotation uses; chosen at the top of a dashboard. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

export const datasource = new DatasourceVariableBuilder('datasource')
  .label('Prometheus')
  .type('prometheus')
  .current({ text: 'default', value: 'default' });

/** Values of a label, all of them chosen at first, asked for again when the time range changes. */
export function several(name: string, label: string, query: string): QueryVariableBuilder {
  return one(name, label, query)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({
      text: ['All'],
      value: ['$__all'],
    });
}

/** One value of a label; the one that sorts last at first, which for runs is the newest. */
export function one(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .query({ query, refId: name })
    .datasource(DATASOURCE)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalDesc);
}

/** Who scraped: the two variables that every Prometheus user looks for. */
export const scrapedBy = (metric: string) => [
  several('job', 'Job', `label_values(${metric}, job)`),
  several('instance', 'Instance', `label_values(${metric}{job=~"$job"}, instance)`),
];

/** Matches what `scrapedBy` chose. */
export const SCRAPED = 'job=~"$job",instance=~"$instance"';
