import type { Cause, Finding, Undecided } from '../analysis.ts';
import type { Facts } from './facts.ts';
import type { Accusation } from './rule.ts';
import { type Opinion, opinionOf } from './telemetry-opinion.ts';

/**
 * What the rules found, beside what the target tells of itself. A figure that confirms a finding raises its confidence,
 * one that contradicts it lowers it, and two that do, or one against a finding of low confidence, leave it undecided.
 * No cause is named from telemetry alone. Without telemetry all stays as it is.
 */
export function withTelemetry(accusations: readonly Accusation[], facts: Facts): readonly Accusation[] {
  if (facts.telemetry.every((sources) => sources.length === 0)) return accusations;
  return accusations.map((accusation) =>
    accusation.kind === 'found'
      ? judged(accusation.finding, facts)
      : { ...accusation, undecided: narrowed(accusation.undecided, facts) },
  );
}

function judged(finding: Finding, facts: Facts): Accusation {
  const opinion = opinionOf(finding.cause, facts, loadedStages(finding.endpoints, facts));
  if (opinion === null) return { kind: 'found', finding };
  const evidence = [...finding.evidence, opinion.evidence];
  const confidence = confidenceAfter(finding.confidence, opinion.says);
  if (confidence === null) {
    const { cause, title, endpoints, excluded, disproof } = finding;
    return {
      kind: 'undecided',
      weight: 'fault',
      undecided: {
        causes: [cause],
        title: `${title}, by what the requests show; the target's own figures speak against it`,
        endpoints,
        evidence,
        excluded,
        experiment: `See whether the figures are of the process that serves these requests. It would be disproved by this: ${disproof}`,
      },
    };
  }
  const estimates = opinion.size === null ? {} : { 'size by telemetry': opinion.size };
  return {
    kind: 'found',
    finding: { ...finding, confidence, evidence, estimates: { ...finding.estimates, ...estimates } },
  };
}

/** Null: no finding any more. */
function confidenceAfter(before: Finding['confidence'], says: Opinion['says']): Finding['confidence'] | null {
  switch (says) {
    case 'adds':
      return before;
    case 'confirms':
      return before === 'low' ? 'medium' : 'high';
    case 'contradicts':
      return before === 'high' ? 'medium' : before === 'medium' ? 'low' : null;
    case 'refutes':
      return null;
    default:
      return says satisfies never;
  }
}

/** What is refuted is excluded, as long as something remains; what is confirmed comes first. */
function narrowed(undecided: Undecided, facts: Facts): Undecided {
  const stages = loadedStages(undecided.endpoints, facts);
  const opinions = new Map(undecided.causes.map((cause) => [cause, opinionOf(cause, facts, stages)]));
  const says = (cause: Cause) => opinions.get(cause)?.says;
  const refuted = undecided.causes.filter((cause) => says(cause) === 'refutes');
  const left = undecided.causes.filter((cause) => !refuted.includes(cause));
  const causes = left.length === 0 ? undecided.causes : left;
  const order = (cause: Cause) => (says(cause) === 'confirms' ? 0 : says(cause) === 'contradicts' ? 2 : 1);
  return {
    ...undecided,
    causes: causes.toSorted((a, b) => order(a) - order(b)),
    evidence: [
      ...undecided.evidence,
      ...[...opinions].flatMap(([cause, opinion]) =>
        opinion === null
          ? []
          : [{ ...opinion.evidence, statement: `On ${cause}: ${opinion.evidence.statement}` }],
      ),
    ],
    excluded: [
      ...undecided.excluded,
      ...(left.length === 0 ? [] : refuted).map((cause) => ({
        cause,
        because: opinions.get(cause)?.evidence.statement ?? '',
      })),
    ],
  };
}

/** Stages in which the cause would show: where the mix saturates, and where one of the endpoints was held at its limit. */
function loadedStages(endpoints: readonly string[], { saturation, limits, sound }: Facts): readonly number[] {
  const held = limits.filter(({ name }) => endpoints.includes(name));
  const heavy = saturation?.after ?? sound.at(-1);
  return [
    ...new Set([
      ...(heavy === undefined ? [] : [heavy.stage]),
      ...held.flatMap(({ neighbours, solo }) => [
        ...neighbours.map(({ reading }) => reading.stage),
        ...(solo?.stages.slice(-1) ?? []),
      ]),
    ]),
  ];
}
