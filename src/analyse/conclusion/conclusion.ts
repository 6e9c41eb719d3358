import type { Run } from '../../record/run.ts';
import type { Analysis, Diagnosis, EndpointAnalysis, Recommendation, SlaAnalysis } from '../analysis.ts';
import { isOpportunity } from '../diagnosis/cause-names.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { sumOfTargetErrors } from '../measure/target-errors.ts';
import { type Standing, standingOf } from '../recommendations/standing.ts';
import { count, list, loadName, milliseconds, share } from '../words.ts';
import { keyFindingsOf } from './key-findings.ts';
import { nextStepsOf } from './next-steps.ts';
import { verdictOf } from './verdict.ts';

export type ConclusionInput = {
  readonly run: Run;
  readonly measurements: readonly StageMeasurement[];
  readonly validity: Analysis['validity'];
  readonly capacity: Analysis['capacity'];
  readonly endpoints: readonly EndpointAnalysis[];
  readonly sla: SlaAnalysis;
  readonly diagnosis: Diagnosis;
  readonly readiness: Analysis['readiness'];
  readonly recommendations: readonly Recommendation[];
};

export type Concluding = ConclusionInput & { readonly standing: Standing };

/** What it comes to: one line, the figures that carry it, what to do next, and where the system stands. */
export function conclude(input: ConclusionInput): {
  verdict: string;
  keyFindings: string[];
  nextSteps: Analysis['nextSteps'];
  conclusion: string[];
} {
  const all: Concluding = { ...input, standing: standingOf(input) };
  const verdict = verdictOf(all);
  return {
    verdict,
    keyFindings: keyFindingsOf(all),
    nextSteps: nextStepsOf(all),
    conclusion: [verdict, ...currentState(all), ...actions(all), ...limitsOfThisRun(all)],
  };
}

function currentState({ standing, readiness, run }: Concluding): string[] {
  const { usable, lowest, highest } = standing;
  if (lowest === null || highest === null) return [];
  const { count: sent, failed } = sumOfTargetErrors(usable.map((m) => m.total));
  const [from, to] = [lowest.total.responseTime?.avg, highest.total.responseTime?.avg];
  const times =
    from === undefined || to === undefined || lowest === highest
      ? ''
      : ` The average response time is ${milliseconds(from)} at ${loadName(lowest)} and ${milliseconds(to)} at ${loadName(highest)}.`;
  const failures =
    failed === 0
      ? `None of ${count(sent, 'analysed request')} failed.`
      : `${share(failed / sent)} of ${count(sent, 'analysed request')} failed.`;
  const stated = run.plan.readiness;
  const required =
    stated.users !== null ||
    stated.slaCompliance !== null ||
    stated.errors !== null ||
    stated.avgAt !== null ||
    stated.linearThroughput ||
    Object.keys(stated.declared).length > 0;
  return [`${failures}${times}`, ...(required ? [readiness.statement] : [])];
}

function actions({ recommendations }: Concluding): string[] {
  const critical = recommendations.filter((r) => r.priority === 'critical');
  const pressing = critical.length > 0 ? critical : recommendations.filter((r) => r.priority === 'high');
  if (pressing.length === 0) return [];
  const [first, ...rest] = pressing.map((r) => r.action.replace(/[.:;] .*$/s, '').replace(/\.$/, ''));
  const label = critical.length > 0 ? 'Required now' : 'Most worth doing';
  return [`${label}: ${list([first ?? '', ...rest], 4)}.`];
}

function limitsOfThisRun({ diagnosis, capacity }: Concluding): string[] {
  const unknown =
    diagnosis.verdict === 'unknown' && diagnosis.undecided.some((u) => !isOpportunity(u))
      ? [
          'No cause is proven, so no improvement is promised here; the diagnosis names the experiment that decides.',
        ]
      : [];
  return [...unknown, ...capacity.cautions.slice(0, 1)];
}
