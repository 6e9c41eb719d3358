import type { Analysis } from '../../analyse/analysis.ts';
import type { ChartName } from '../document/document.ts';
import type { Chart } from './chart.ts';
import { couplingChart } from './coupling.ts';
import { degradationChart } from './degradation.ts';
import { distribution } from './distribution.ts';
import { evidenceChart } from './evidence.ts';
import { loadCurve } from './load-curve.ts';
import { keysChart, reuseChart, rowsChart, stepsChart } from './probe-bars.ts';
import { sizesChart, soloChart } from './probe-curves.ts';
import { rateSearchChart } from './rate-search.ts';
import { slaHeatMap } from './sla-heat-map.ts';
import { telemetryChart } from './telemetry.ts';
import { timeline } from './timeline.ts';

const charts: Readonly<Record<ChartName, (analysis: Analysis) => Chart>> = {
  'load-curve': loadCurve,
  timeline,
  distribution,
  degradation: degradationChart,
  'sla-heat-map': slaHeatMap,
  evidence: evidenceChart,
  telemetry: telemetryChart,
  'rate-search': rateSearchChart,
  coupling: couplingChart,
  solo: soloChart,
  reuse: reuseChart,
  keys: keysChart,
  sizes: sizesChart,
  rows: rowsChart,
  steps: stepsChart,
  changes: () => ({
    kind: 'omitted',
    name: 'changes',
    title: 'What changed',
    because: 'an analysis compares no runs.',
  }),
};

/** A chart of the report, or the reason why it is left out. */
export function renderChart(analysis: Analysis, name: ChartName): Chart {
  return charts[name](analysis);
}
