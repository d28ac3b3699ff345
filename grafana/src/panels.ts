import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Threshold,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { DATASOURCE } from './variables.js';

/** A query and what its series are called: Grafana's legend format, such as `{{node}}`. */
export type Query = readonly [expression: string, legend: string];

/** What every panel says of itself; the description tells what to look for. */
export interface About {
  title: string;
  description: string;
  /** Grafana's id of a unit, such as `watt`. */
  unit: string;
  /** Of 24 columns. */
  width: number;
  height?: number;
}

export const row = (title: string) => new RowBuilder(title);

/** Values over time, with the mean and the largest of each series in the legend, the largest first. */
export function overTime(about: About, ...queries: Query[]): TimeSeries {
  const panel = new TimeSeries()
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['mean', 'max', 'lastNotNull'])
        .sortBy('Mean')
        .sortDesc(true),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    )
    .colorScheme(byName())
    .lineWidth(1)
    .fillOpacity(8)
    .showPoints(VisibilityMode.Never)
    .axisSoftMin(0);
  return described(panel, about, queries.map(asRange));
}

/** Parts of a whole over time, one on top of the other. */
export function stacked(about: About, ...queries: Query[]): TimeSeries {
  return overTime(about, ...queries)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
    .fillOpacity(60)
    .lineWidth(0);
}

/** One number of now, or of the whole time range. */
export function number(about: About, ...queries: Query[]): Stat {
  return described(new Stat(), about, queries.map(asInstant)).reduceOptions(
    new ReduceDataOptionsBuilder().calcs(['lastNotNull']),
  );
}

/** One bar for each series, of now or of the whole time range. */
export function bars(about: About, ...queries: Query[]): BarGauge {
  return described(new BarGauge(), about, queries.map(asInstant))
    .orientation(VizOrientation.Horizontal)
    .colorScheme(byName())
    .min(0)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

/** Which state when. */
export function states(about: About, ...queries: Query[]): StateTimeline {
  return described(new StateTimeline(), about, queries.map(asRange)).rowHeight(0.8);
}

/** Rows joined by their labels; each query's value gets the column that its legend names. */
export function table(about: About, labels: Record<string, string>, ...queries: Query[]): Table {
  const targets = queries.map(([expression], i) =>
    asInstant([expression, ''], i).format(PromQueryFormat.Table),
  );
  const names = queries.map(([, legend], i) => [
    queries.length === 1 ? 'Value' : `Value #${refId(i)}`,
    legend,
  ]);
  return described(new Table(), about, targets)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'filterFieldsByName',
      options: { include: { names: [...Object.keys(labels), ...names.map(([value]) => value)] } },
    })
    .withTransformation({
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(
          [...Object.keys(labels), ...names.map(([value]) => value!)].map((name, i) => [name, i]),
        ),
        renameByName: { ...labels, ...Object.fromEntries(names) },
      },
    });
}

/** Colours by steps: the first from minus infinity on. */
export const steps = (first: string, ...rest: [number, string][]) =>
  new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([
      { value: null, color: first },
      ...rest.map(([value, color]): Threshold => ({ value, color })),
    ]);

export const fixedColor = (color: string) => ({
  id: 'color',
  value: { mode: 'fixed', fixedColor: color },
});

interface AnyPanel {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  datasource(datasource: object): this;
  span(width: number): this;
  height(height: number): this;
  targets(targets: Builder<object>[]): this;
}

function described<Panel extends AnyPanel>(
  panel: Panel,
  { title, description, unit, width, height = 8 }: About,
  targets: Builder<object>[],
): Panel {
  return panel
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(DATASOURCE)
    .span(width)
    .height(height)
    .targets(targets);
}

const refId = (i: number) => String.fromCharCode(65 + i);

const query = ([expression, legend]: Query, i: number) =>
  new DataqueryBuilder()
    .expr(expression)
    .legendFormat(legend)
    .refId(refId(i))
    .datasource(DATASOURCE);
const asRange = (each: Query, i: number) => query(each, i).range();
const asInstant = (each: Query, i: number) => query(each, i).instant();

const byName = () => new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);
