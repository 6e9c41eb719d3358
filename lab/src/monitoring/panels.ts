import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  type DataSourceRef,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** One line, or one family of lines, of a panel: what its legend says, and the query. */
export type Lines = readonly (readonly [legend: string, expression: string])[];

interface Described {
  readonly title: string;
  /** What a reader should conclude from it. */
  readonly about: string;
  /** As Grafana names units: `s`, `reqps`, `percentunit`, `short`. */
  readonly unit: string;
  /** The value from which on it is bad; drawn as a line. */
  readonly limit?: number;
  /** Bad below the limit rather than above. */
  readonly isFloor?: boolean;
  readonly lines: Lines;
}

/** Grafana's variable for the chosen Prometheus. */
const source: DataSourceRef = { type: 'prometheus', uid: '${source}' };
/** Panels stand in a grid of 24 columns. */
const columns = 24;

/** A curve over time, a third of the width. */
export function graph(described: Described): Builder<Panel> {
  const panel = new GraphBuilder()
    .title(described.title)
    .description(described.about)
    .datasource(source)
    .unit(described.unit)
    .min(0)
    .fillOpacity(8)
    .height(8)
    .span(columns / 3)
    .thresholds(thresholds(described))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .targets(queries(described.lines));
  return described.limit === undefined
    ? panel
    : panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Line));
}

/** The present value in large figures, a sixth of the width. */
export function figure(described: Described): Builder<Panel> {
  return new StatBuilder()
    .title(described.title)
    .description(described.about)
    .datasource(source)
    .unit(described.unit)
    .height(4)
    .span(columns / 6)
    .thresholds(thresholds(described))
    .targets(queries(described.lines).map((query) => query.instant()));
}

function queries(lines: Lines): (DataqueryBuilder & Builder<Dataquery>)[] {
  return lines.map(([legend, expression], index) =>
    new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .datasource(source)
      .expr(expression)
      .legendFormat(legend),
  );
}

function thresholds({ limit, isFloor = false }: Described): ThresholdsConfigBuilder {
  const steps: Threshold[] = [{ value: null, color: limit !== undefined && isFloor ? 'red' : 'green' }];
  if (limit !== undefined) steps.push({ value: limit, color: isFloor ? 'green' : 'red' });
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** An empty dashboard over the last quarter of an hour, with a choice of Prometheus and of instances. */
export function dashboard(uid: string, title: string, about: string): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .description(about)
    .tags(['loadline-lab'])
    .timezone('utc')
    .refresh('5s')
    .time({ from: 'now-15m', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('source').label('Prometheus').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('instance')
        .label('Instance')
        .datasource(source)
        .query('label_values(up{job="api"}, instance)')
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue('.*'),
    );
}
