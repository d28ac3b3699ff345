/** A dashboard as its JSON file has it, as far as queries go. */
export interface DashboardJson {
  title: string;
  uid: string;
  editable?: boolean;
  panels: PanelJson[];
  templating: { list: VariableJson[] };
  annotations: { list?: { name: string; datasource?: DatasourceJson; expr?: string }[] };
}

export interface PanelJson {
  type: string;
  title?: string;
  description?: string;
  datasource?: DatasourceJson;
  fieldConfig?: { defaults: { unit?: string } };
  targets?: { expr: string; instant?: boolean; datasource?: DatasourceJson }[];
  gridPos: { x: number; y: number; w: number; h: number };
}

interface DatasourceJson {
  type?: string;
  uid?: string;
}

export interface VariableJson {
  name: string;
  type: string;
  query: string | { query: string };
  datasource?: DatasourceJson;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  refresh?: number;
}

/** A query of a dashboard: where it stands, what it asks, and whether for one time only. */
export interface Expression {
  place: string;
  expression: string;
  instant: boolean;
}

/** Every PromQL expression of a dashboard: panels, variables, annotations. */
export function expressionsOf({ panels, templating, annotations }: DashboardJson): Expression[] {
  return [
    ...panels.flatMap(({ title = '', targets = [] }) =>
      targets.map(({ expr, instant = false }) => ({ place: title, expression: expr, instant })),
    ),
    ...(annotations.list ?? []).flatMap(({ name, expr }) =>
      expr ? [{ place: `annotation ${name}`, expression: expr, instant: false }] : [],
    ),
    ...templating.list.flatMap((variable) => {
      const expression = variableExpression(variable);
      return expression ? [{ place: `variable ${variable.name}`, expression, instant: true }] : [];
    }),
  ];
}

/** What a variable's values are taken from: `label_values(SELECTOR, label)` or `query_result(EXPRESSION)`. */
export function variableExpression({ type, query }: VariableJson): string | undefined {
  if (type !== 'query') return undefined;
  const text = typeof query === 'string' ? query : query.query;
  const [, selector, label] = /^label_values\((.+),\s*(\w+)\)$/s.exec(text) ?? [];
  if (selector && label) return `count by (${label}) (${selector})`;
  return /^query_result\((.+)\)$/s.exec(text)?.[1];
}

/** Puts values for variables, as Grafana does: `$name`, `${name}`. Longer names first, for some begin with others. */
export function substitute(expression: string, values: Readonly<Record<string, string>>): string {
  const names = Object.keys(values).sort((a, b) => b.length - a.length);
  return names.reduce(
    (text, name) =>
      text.replaceAll(`\${${name}}`, values[name]!).replaceAll(`$${name}`, values[name]!),
    expression,
  );
}
