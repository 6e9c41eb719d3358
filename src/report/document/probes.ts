import type { Analysis, Cause } from '../../analyse/analysis.ts';
import { number, percent, seconds } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import { validityTone, validityWord } from '../tones.ts';
import {
  type Block,
  bullets,
  details,
  heading,
  type Line,
  left,
  paragraph,
  prose,
  right,
  sentences,
  status,
  strong,
  table,
} from './document.ts';
import { plainReadings } from './plain-readings.ts';
import { probeCaptions } from './probe-captions.ts';
import { type ProbeChart, probeCharts, probeTable } from './probe-tables.ts';

/** The probes by which a cause is told from others. */
function chartsOf(cause: Cause): readonly ProbeChart[] {
  switch (cause) {
    case 'connection-pool':
    case 'single-threaded':
    case 'cpu-saturation':
    case 'slow-dependency':
    case 'contention-collapse':
      return ['coupling', 'solo'];
    case 'lock-contention':
      return ['rows', 'coupling', 'solo'];
    case 'no-keep-alive':
      return ['reuse'];
    case 'no-cache':
      return ['keys'];
    case 'n-plus-one':
      return ['sizes'];
    case 'slow-writes':
      return ['rows'];
    case 'rate-limit':
    case 'load-shedding':
    case 'errors-under-load':
      return ['steps'];
    case 'periodic-stalls':
    case 'drift':
    case 'generator':
      return [];
    default:
      return cause satisfies never;
  }
}

/** Deals out the charts of the probes: each stands once, behind the first finding that rests on it. */
export class ProbeEvidence {
  readonly #analysis: Analysis;
  readonly #left: Set<ProbeChart>;
  #isDealt = false;

  constructor(analysis: Analysis) {
    this.#analysis = analysis;
    this.#left = new Set(probeCharts.filter((chart) => probeTable(analysis, chart).length > 0));
  }

  of(causes: readonly Cause[]): readonly Block[] {
    const blocks = [...new Set(causes.flatMap(chartsOf))].flatMap((chart) => this.#take(chart));
    this.#isDealt ||= blocks.length > 0;
    return blocks;
  }

  /** What no finding asked for. */
  rest(): readonly Block[] {
    const blocks = [
      ...[...this.#left].flatMap((chart) => this.#take(chart)),
      ...plainReadings(this.#analysis),
    ];
    if (blocks.length === 0) return [];
    return [heading(this.#isDealt ? 'What the other probes saw' : 'What the probes saw'), ...blocks];
  }

  #take(chart: ProbeChart): readonly Block[] {
    if (!this.#left.delete(chart)) return [];
    return [
      { kind: 'chart', chart, table: probeTable(this.#analysis, chart), caption: probeCaptions[chart] },
    ];
  }
}

/** Which stages a search added, why, and what it left out. */
export function searchMethod(analysis: Analysis): readonly Block[] {
  const { probes } = analysis;
  if (probes === undefined) return [];
  const names = stageNames(analysis);
  return [
    heading('Probes and trials'),
    ...sentences(probes.statements),
    ...details(
      'Every probe and trial, and why it was made',
      table(
        'Probes and trials, in the order in which they ran',
        [
          left('Stage'),
          prose('Why'),
          right('Measured'),
          right('Requests'),
          right('Failed'),
          left('Measurement'),
        ],
        probes.stages.map((stage): readonly Line[] => [
          [strong(names.of(stage.stage))],
          [stage.because ?? '–'],
          [seconds(stage.seconds)],
          [number(stage.requests)],
          [stage.failed === 0 ? '0' : `${number(stage.failed)} (${percent(failedShare(stage))})`],
          [
            stage.state === 'complete'
              ? status(validityTone(stage.validity), validityWord(stage.validity))
              : status('warning', stage.state),
          ],
        ]),
      ),
    ),
    ...(probes.notRun.length === 0
      ? []
      : [
          paragraph(strong('What was not run:')),
          ...bullets(probes.notRun.map(({ probe, because }): Line => [strong(`${probe}: `), because])),
        ]),
  ];
}

function failedShare(stage: NonNullable<Analysis['probes']>['stages'][number]): number {
  const counted = stage.endpoints.reduce((sum, { count }) => sum + count, 0);
  return counted === 0 ? 0 : Math.min(1, stage.failed / counted);
}
