import { describe, expect, test } from 'vitest';
import type { Analysis, Cause } from '../../analyse/analysis.ts';
import { causes } from '../../analyse/analysis.ts';
import { sampleAnalysis } from '../testing/sample-analysis.ts';
import { searchedAnalysis } from '../testing/sample-search.ts';
import { bottleneckSection } from './bottlenecks.ts';
import type { Block } from './document.ts';
import { probeCharts } from './probe-tables.ts';
import { ProbeEvidence } from './probes.ts';

const namesOf = (blocks: readonly Block[]): readonly string[] =>
  blocks.flatMap((block) => (block.kind === 'chart' ? [block.chart] : []));

describe('charts of probes', () => {
  test.each([
    ['connection-pool', ['coupling', 'solo']],
    ['lock-contention', ['rows', 'coupling', 'solo']],
    ['no-keep-alive', ['reuse']],
    ['no-cache', ['keys']],
    ['n-plus-one', ['sizes']],
    ['rate-limit', ['steps']],
    ['drift', []],
  ] as const satisfies readonly (readonly [Cause, readonly string[]])[])('%s rests on %j', (cause, charts) =>
    expect(namesOf(new ProbeEvidence(searchedAnalysis).of([cause]))).toEqual(charts),
  );

  test('each stands once, whatever is found', () => {
    const evidence = new ProbeEvidence(searchedAnalysis);
    const placed = namesOf([...causes.flatMap((cause) => evidence.of([cause])), ...evidence.rest()]);
    expect(placed.toSorted()).toEqual(probeCharts.toSorted());
  });

  test('behind the finding; what no finding rests on, behind all of them', () => {
    const { blocks } = bottleneckSection(searchedAnalysis);
    expect(namesOf(blocks)).toEqual([
      'coupling',
      'solo',
      'rows',
      'evidence',
      'telemetry',
      'reuse',
      'keys',
      'sizes',
      'steps',
    ]);
    const finding = blocks.findIndex((block) => block.kind === 'card');
    expect(blocks[finding + 1]).toMatchObject({ kind: 'chart', chart: 'coupling' });
  });

  test('the rest is the other probes only where a finding rests on some', () => {
    const evidence = new ProbeEvidence(searchedAnalysis);
    evidence.of(['drift']);
    expect(evidence.rest()[0]).toMatchObject({ kind: 'heading', title: 'What the probes saw' });
    const another = new ProbeEvidence(searchedAnalysis);
    another.of(['no-cache']);
    expect(another.rest()[0]).toMatchObject({ kind: 'heading', title: 'What the other probes saw' });
  });

  test('a run without probes has none', () => {
    const bare: Analysis = { ...sampleAnalysis };
    expect(namesOf(bottleneckSection(bare).blocks)).toEqual(['evidence']);
    expect(new ProbeEvidence(bare).rest()).toEqual([]);
  });
});
