import { describe, expect, test } from 'vitest';
import type { Analysis } from '../../analyse/analysis.ts';
import type { ChartName } from '../document/document.ts';
import { sampleAnalysis } from '../testing/sample-analysis.ts';
import { searchedAnalysis } from '../testing/sample-search.ts';
import { renderChart } from './all.ts';
import { logTicks, spacedTicks } from './canvas.ts';

const names: readonly ChartName[] = [
  'load-curve',
  'timeline',
  'distribution',
  'degradation',
  'sla-heat-map',
  'evidence',
  'rate-search',
  'coupling',
  'solo',
  'reuse',
  'keys',
  'sizes',
  'rows',
  'steps',
  'telemetry',
];

describe('a chart of the sample', () => {
  test.each(names)('%s is drawn twice, with words for those who cannot see it', (name) => {
    const chart = renderChart(searchedAnalysis, name);
    expect(chart.kind).toBe('drawn');
    if (chart.kind !== 'drawn') return;
    expect(chart.wide.width).toBeLessThanOrEqual(840);
    expect(chart.narrow.width).toBe(360);
    for (const { body } of [chart.wide, chart.narrow]) {
      expect(body).not.toMatch(/NaN|undefined|Infinity|<style|<script/);
      expect(body).toContain('<text');
    }
    expect(chart.description.length).toBeGreaterThan(40);
  });
});

describe('a chart without data says why it is missing', () => {
  const empty: Analysis = {
    ...sampleAnalysis,
    stages: sampleAnalysis.stages.slice(0, 1),
    timeline: [],
    endpoints: sampleAnalysis.endpoints.map((endpoint) => ({ ...endpoint, degradation: null })),
    distribution: {
      ...sampleAnalysis.distribution,
      stages: sampleAnalysis.distribution.stages.map((stage) => ({ ...stage, buckets: [] })),
    },
    sla: { ...sampleAnalysis.sla, checks: [] },
    diagnosis: { ...sampleAnalysis.diagnosis, findings: [], undecided: [] },
  };
  test.each([
    ['load-curve', 'it needs at least two stages whose load is known.'],
    ['timeline', 'the run holds no second-by-second record.'],
    ['distribution', 'the run holds no histograms of single endpoints.'],
    ['degradation', 'no endpoint was measured at two stages that can be compared.'],
    ['sla-heat-map', 'the plan promises nothing (no endpoint has an `sla`).'],
    ['evidence', 'no cause was accused, so there is no evidence to draw.'],
    ['rate-search', 'no rate was tried of which a share over the limit could be told.'],
    ['coupling', 'no endpoint was put under load beside the others.'],
    ['solo', 'no endpoint was loaded alone.'],
    ['reuse', 'connections were not compared.'],
    ['keys', 'no endpoint was asked for the same key again.'],
    ['sizes', 'results of several sizes were not asked for.'],
    ['rows', 'writes were not compared: they change data, and only leave to do so starts them.'],
    ['steps', 'the rate was not raised in steps.'],
    ['telemetry', 'the target told no figures of itself.'],
  ] as const)('%s', (name, because) =>
    expect(renderChart(empty, name)).toMatchObject({ kind: 'omitted', because }),
  );
});

describe('what a chart must survive', () => {
  const zero = { min: 0, avg: 0, p50: 0, p90: 0, p95: 0, p99: 0, p999: 0, max: 0 };
  const strange: Analysis = {
    ...sampleAnalysis,
    stages: sampleAnalysis.stages.map((stage, at) => ({
      ...stage,
      rate: at === 0 ? null : { value: 0, low: 0, high: 0 },
      responseTime: at === 1 ? null : zero,
    })),
    timeline: sampleAnalysis.timeline.map((point, at) => ({
      ...point,
      p50: at % 3 === 0 ? null : 0,
      p95: 0.5,
      failed: at % 7,
    })),
    distribution: {
      ...sampleAnalysis.distribution,
      stages: sampleAnalysis.distribution.stages.map((stage) => ({
        ...stage,
        buckets: [{ endpoint: 0, from: 0, to: 0.1, count: 3 }],
      })),
    },
  };
  test.each(names)('nothing but noughts: %s', (name) => {
    const chart = renderChart(strange, name);
    if (chart.kind === 'drawn')
      for (const { body } of [chart.wide, chart.narrow]) expect(body).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('a long run is thinned: an hour draws at most 600 points a line', () => {
    const first = sampleAnalysis.timeline[10];
    if (first === undefined) throw new Error('the sample has a timeline');
    const hour = {
      ...sampleAnalysis,
      timeline: Array.from({ length: 3600 }, (_, second) => ({ ...first, stage: 1, second })),
    };
    const chart = renderChart(hour, 'timeline');
    expect(chart.kind === 'drawn' ? chart.caption : '').toContain(
      'One point for 6 s: the worst second in it.',
    );
    expect(chart.kind === 'drawn' ? chart.wide.body.length : Number.POSITIVE_INFINITY).toBeLessThan(60_000);
  });
});

describe('ticks', () => {
  test('1, 2, 5', () => expect(logTicks(9, 1100)).toEqual([10, 20, 50, 100, 200, 500, 1000]));
  test('powers of ten alone', () =>
    expect(logTicks(1, 100_000, 7)).toEqual([1, 10, 100, 1000, 10_000, 100_000]));
  test('none too near, the last one always', () =>
    expect(spacedTicks([1, 10, 12, 30], (at) => at, 5)).toEqual([1, 12, 30]));
});
