import type { Analysis } from '../../analyse/analysis.ts';
import { figure, instant, ms, number, percent, plural, range, rate, valueAndRange } from '../format.ts';
import { type StageNames, stageNames } from '../stage-names.ts';
import { metTone, validityTone, validityWord, verdictTone } from '../tones.ts';
import {
  type Block,
  code,
  type Line,
  left,
  quiet,
  right,
  type Section,
  sentences,
  status,
  strong,
  table,
} from './document.ts';

export function summarySection(analysis: Analysis): Section {
  const { summary } = analysis;
  const names = stageNames(analysis);
  const { total, ok, failed } = summary.requests;
  const facts: (readonly [string, Line])[] = [
    ['Tested', [instant(summary.when)]],
    ['Target', [code(summary.target)]],
    ['Endpoints', [number(summary.endpoints)]],
    ['Load', [names.list(names.all)]],
    [
      'Requests',
      [strong(number(total)), quiet(`${number(ok)} ok, ${number(failed)} failed, ramps included`)],
    ],
    ['Measured by', [measuredBy(analysis)]],
  ];
  return {
    id: 'summary',
    title: 'Executive Summary',
    blocks: [
      { kind: 'callout', tone: verdictTone(analysis), title: 'Verdict', lines: [[summary.verdict]] },
      ...sentences(summary.keyFindings),
      { kind: 'facts', entries: facts },
      ...stageTable(analysis, names),
    ],
  };
}

function measuredBy(analysis: Analysis): string {
  const { tool, run } = analysis;
  const state =
    run.state === 'complete'
      ? ''
      : run.state === 'cut'
        ? '; the run was cut off'
        : run.stoppedBecause === undefined
          ? '; the run was interrupted'
          : '; the run stopped itself';
  const source =
    run.source === '' || run.source.toLowerCase().startsWith('loadline') ? '' : `data from ${run.source}, `;
  return `${source}${source === '' ? 'Loadline' : 'analysed by Loadline'} ${tool.version}, run ${run.id}${state}`;
}

/** The stages side by side; the steady parts only. */
export function stageTable(analysis: Analysis, names: StageNames): readonly Block[] {
  if (analysis.stages.length === 0) return [];
  const promised = analysis.sla.checks.length > 0;
  const closed = names.unit === 'users';
  return table(
    analysis.stages.some((stage) => stage.failed > 0)
      ? 'Steady part of each stage; the rate counts failed requests too'
      : 'Steady part of each stage',
    [
      left(closed ? 'Users' : names.unit === 'requests/s' ? 'Asked rate' : 'Stage'),
      right('Rate'),
      right('avg'),
      right('p50'),
      right('p95'),
      right('p99'),
      right('Errors'),
      right('In flight'),
      ...(promised ? [right('SLA held')] : []),
      left('Validity'),
    ],
    analysis.stages.map((stage) => {
      const pass = analysis.sla.passRate.find((each) => each.stage === stage.stage);
      const ends = range(stage.rate?.low, stage.rate?.high, rate);
      return [
        [strong(closed ? names.short(stage.stage) : names.of(stage.stage))],
        ends === null ? [rate(stage.rate?.value)] : [rate(stage.rate?.value), quiet(ends)],
        [ms(stage.responseTime?.avg)],
        [ms(stage.responseTime?.p50)],
        [ms(stage.responseTime?.p95)],
        [ms(stage.responseTime?.p99)],
        [percent(stage.errors)],
        [figure(stage.inFlight)],
        ...(promised ? [passCell(pass)] : []),
        [status(validityTone(stage.validity), validityWord(stage.validity))],
      ];
    }),
  );
}

/** `7/8 (87.5%)`. */
export function passCell(pass: Analysis['sla']['passRate'][number] | undefined): Line {
  if (pass === undefined || pass.checked === 0) return [status('unknown', 'not checked')];
  return [
    status(metTone(pass.passed === pass.checked), `${number(pass.passed)}/${number(pass.checked)}`),
    quiet(percent(pass.share ?? pass.passed / pass.checked)),
  ];
}

/** Failed requests of a stage: `3 of 998 requests (0.3 %, 0.1 to 0.9 %)`. */
export function failuresOf(stage: Analysis['stages'][number]): Line {
  const interval = stage.errorsInterval ?? { value: stage.errors, low: null, high: null };
  return [
    `${number(stage.failed)} of ${plural(stage.count, 'request')}`,
    quiet(valueAndRange({ ...interval, value: stage.errors }, percent)),
  ];
}
