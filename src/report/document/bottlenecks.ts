import type { Analysis, Cause, Evidence, Finding, Undecided } from '../../analyse/analysis.ts';
import { figure, valueAndRange, withInterval } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import {
  type Block,
  bullets,
  code,
  heading,
  type Item,
  type Line,
  paragraph,
  quiet,
  type Section,
  strong,
  type Tone,
} from './document.ts';
import { ProbeEvidence } from './probes.ts';
import { telemetryBlocks } from './telemetry.ts';

export function bottleneckSection(analysis: Analysis): Section {
  const { diagnosis } = analysis;
  const tones: Readonly<Record<Analysis['diagnosis']['verdict'], Tone>> = {
    found: 'bad',
    none: 'good',
    unknown: 'unknown',
    invalid: 'unknown',
  };
  const evidence = new ProbeEvidence(analysis);
  return {
    id: 'bottlenecks',
    title: 'Bottleneck Analysis',
    blocks: [
      {
        kind: 'callout',
        tone: tones[diagnosis.verdict],
        title: verdictTitle(diagnosis.verdict),
        lines: [[diagnosis.statement]],
      },
      ...(diagnosis.findings.length === 0
        ? []
        : [
            heading('Likely root causes'),
            ...diagnosis.findings.flatMap((each) => [
              findingCard(analysis, each),
              ...evidence.of([each.cause]),
            ]),
          ]),
      ...(diagnosis.undecided.length === 0
        ? []
        : [
            heading('Causes that this run cannot tell apart'),
            ...diagnosis.undecided.flatMap((each) => [
              undecidedCard(analysis, each),
              ...evidence.of(each.causes),
            ]),
          ]),
      ...(diagnosis.findings.length + diagnosis.undecided.length === 0 || !hasEvidence(analysis)
        ? []
        : [{ kind: 'chart', chart: 'evidence' } as const]),
      ...telemetryBlocks(analysis),
      ...evidence.rest(),
    ],
  };
}

function hasEvidence(analysis: Analysis): boolean {
  const { findings, undecided } = analysis.diagnosis;
  return [...findings, ...undecided].some((each) => each.evidence.length > 0);
}

export function verdictTitle(verdict: Analysis['diagnosis']['verdict']): string {
  switch (verdict) {
    case 'found':
      return 'A cause was found';
    case 'none':
      return 'No bottleneck in the tested range';
    case 'unknown':
      return 'The cause cannot be told from this run';
    case 'invalid':
      return 'No cause is drawn from an invalid measurement';
    default:
      return verdict satisfies never;
  }
}

function findingCard(analysis: Analysis, finding: Finding): Block {
  const estimates = Object.entries(finding.estimates);
  return {
    kind: 'card',
    tone: 'bad',
    label: `${finding.confidence} confidence`,
    title: finding.title,
    blocks: [
      ...where(finding.endpoints),
      paragraph(strong('Evidence:')),
      evidenceList(analysis, finding.evidence),
      ...(estimates.length === 0
        ? []
        : [
            paragraph(
              strong('Estimates: '),
              estimates.map(([name, value]) => `${spaced(name)} ${withInterval(value, figure)}`).join('; '),
            ),
          ]),
      ...excludedCauses(finding),
      paragraph(strong('Remedy: '), finding.remedy),
      paragraph(strong('This would prove it wrong: '), finding.disproof),
    ],
  };
}

function undecidedCard(analysis: Analysis, undecided: Undecided): Block {
  return {
    kind: 'card',
    tone: 'unknown',
    label: 'undecided',
    title: undecided.title,
    blocks: [
      paragraph(
        strong(undecided.causes.length === 1 ? 'Possibly: ' : 'One of: '),
        undecided.causes.map(causeName).join(', '),
      ),
      ...where(undecided.endpoints),
      ...(undecided.evidence.length === 0
        ? []
        : [paragraph(strong('Evidence:')), evidenceList(analysis, undecided.evidence)]),
      ...excludedCauses(undecided),
      paragraph(strong('The experiment that decides: '), undecided.experiment),
    ],
  };
}

function where(endpoints: readonly string[]): readonly Block[] {
  if (endpoints.length === 0) return [];
  const names = endpoints.flatMap((name, at): Line => (at === 0 ? [code(name)] : [', ', code(name)]));
  return [paragraph(strong('Endpoints: '), ...names)];
}

function evidenceList(analysis: Analysis, evidence: readonly Evidence[]): Block {
  const names = stageNames(analysis);
  const items = evidence.map((each): Item => {
    const figures = `${each.metric}: ${valueAndRange(each, figure)}`;
    return {
      line: [
        each.statement,
        quiet(each.stages.length === 0 ? figures : `${figures};${names.where(each.stages)}`),
      ],
    };
  });
  return { kind: 'list', ordered: false, items };
}

/** What else would explain what this one rests on, and why it does not. */
function excludedCauses({ excluded }: Finding | Undecided): readonly Block[] {
  if (excluded.length === 0) return [];
  return [
    paragraph(strong('Considered and excluded:')),
    ...bullets(excluded.map(({ cause, because }): Line => [strong(`${causeName(cause)}: `), because])),
  ];
}

/** `poolSize` → `pool size`; whatever is words already stays. */
const spaced = (name: string): string =>
  /^[a-z][A-Za-z0-9]*$/.test(name) ? name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase() : name;

/** The cause in words. */
export function causeName(cause: Cause): string {
  const names: Readonly<Record<Cause, string>> = {
    'connection-pool': 'exhausted connection pool',
    'single-threaded': 'work that blocks a single thread',
    'lock-contention': 'contention for a lock',
    'cpu-saturation': 'saturated CPU',
    'no-keep-alive': 'connections that are not kept alive',
    'no-cache': 'missing cache',
    'slow-writes': 'slow writes',
    'n-plus-one': 'cost per row (N+1 queries)',
    'periodic-stalls': 'periodic stalls',
    'rate-limit': 'rate limit',
    'load-shedding': 'load shedding',
    'slow-dependency': 'slow dependency',
    drift: 'drift over time',
    'contention-collapse': 'throughput that collapses under contention',
    'errors-under-load': 'errors under load',
    generator: 'the load generator itself',
  };
  return names[cause];
}
