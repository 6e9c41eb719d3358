import type { Run } from '../../record/run.ts';
import { analyse } from '../analyse.ts';
import { splitRun } from '../split-run.ts';
import { analysedRun } from '../what-if/analysed-run.ts';
import type { Change } from '../what-if/change.ts';
import { predict } from '../what-if/predict.ts';
import { change as changeText, count, list, loadName, share } from '../words.ts';
import { changesOf } from './changes.ts';
import { comparedRuns } from './compared.ts';
import { outcomeOf, outcomesOfChange } from './outcome.ts';
import { pairsOf, type Side } from './pair.ts';
import { type Suspect, verifiedFinding } from './symptom.ts';
import {
  type Verification,
  type VerifiedChange,
  type VerifiedFinding,
  type VerifiedPrediction,
  verificationVersion,
} from './verification.ts';

export type VerifyOptions = {
  /** What was changed between the runs; absent: not told. */
  readonly applied?: Change | null;
  readonly version?: string;
};

/**
 * Whether a fix worked: for each finding of the run before whether its symptom is gone in the run after, for each
 * prediction whether it came true, and what got worse. Pure: the same runs give the same verification.
 */
export function verifyFix(before: Run, after: Run, options: VerifyOptions = {}): Verification {
  const [was, is] = [sideOf(before), sideOf(after)];
  const pairs = pairsOf(was, is);
  const compared = comparedRuns(was.run, is.run);
  const { findings, undecided } = was.analysis.diagnosis;
  const suspects: readonly Suspect[] = [
    ...findings.map((f): Suspect => ({ ...f, causes: [f.cause], kind: 'finding' })),
    ...undecided.map((u): Suspect => ({ ...u, kind: 'undecided' })),
  ];
  const verified = suspects.map((suspect) => verifiedFinding(suspect, pairs, was, is, compared));
  // What was recommended is another change than the one that was made: it promises nothing of it.
  const predictions =
    options.applied == null
      ? was.analysis.recommendations.flatMap((r) => outcomeOf(r, pairs, compared) ?? [])
      : [...outcomesOfChange(predict(analysedRun(before), options.applied), pairs, compared)];
  const changes = changesOf(pairs, compared);
  const newFindings = is.analysis.diagnosis.findings
    .filter((f) => !suspects.some((s) => s.causes.includes(f.cause)))
    .map((f) => f.title);
  const verdict = verdictOf(verified, changes, pairs.length);
  return {
    kind: 'verification',
    version: verificationVersion,
    tool: { name: 'loadline', version: options.version ?? after.environment.loadline ?? 'unknown' },
    before: named(before),
    after: named(after),
    verdict,
    statement: statementOf(verdict, verified, predictions, changes),
    findings: verified,
    predictions,
    changes: [...changes],
    newFindings,
    warnings: warningsOf(was, is, pairs.length),
  };
}

function sideOf(stored: Run): Side {
  const { run, measurements } = splitRun(stored);
  return { run, measurements, analysis: analyse(stored) };
}

function named({ id, name, startedAt, plan }: Run): Verification['before'] {
  return { id, name, when: startedAt, target: plan.target };
}

function verdictOf(
  findings: readonly VerifiedFinding[],
  changes: readonly VerifiedChange[],
  pairs: number,
): Verification['verdict'] {
  const any = (state: VerifiedFinding['state']) => findings.some((f) => f.state === state);
  if (pairs === 0) return 'invalid';
  if (changes.some((c) => c.verdict === 'worse')) return 'worse';
  if (any('stands')) return 'stands';
  if (findings.length === 0) return 'nothing-to-verify';
  if (any('unknown')) return 'unknown';
  return any('eased') ? 'eased' : 'fixed';
}

function statementOf(
  verdict: Verification['verdict'],
  findings: readonly VerifiedFinding[],
  predictions: readonly VerifiedPrediction[],
  changes: readonly VerifiedChange[],
): string {
  const tally = (['gone', 'eased', 'stands', 'unknown'] as const).flatMap((state) => {
    const n = findings.filter((f) => f.state === state).length;
    return n === 0 ? [] : [`${n} ${state === 'stands' ? (n === 1 ? 'stands' : 'stand') : state}`];
  });
  const held = predictions.filter((p) => p.state === 'inside').length;
  const measured = predictions.filter((p) => p.state !== 'not-measured').length;
  const parts = [
    ...(tally.length === 0 ? [] : [`Of ${count(findings.length, 'finding')}: ${list(tally)}.`]),
    ...(measured === 0 ? [] : [`${held} of ${count(measured, 'prediction')} came true.`]),
  ].join(' ');
  switch (verdict) {
    case 'fixed':
      return `The symptoms are gone. ${parts}`.trim();
    case 'eased':
      return `It got better, and something limits still. ${parts}`.trim();
    case 'stands':
      return `What was found stands. ${parts}`.trim();
    case 'worse':
      return `It got worse: ${list(changes.filter((c) => c.verdict === 'worse').map(worseText), 3)}. ${parts}`.trim();
    case 'unknown':
      return `Not everything can be told. ${parts}`.trim();
    case 'nothing-to-verify':
      return `The run before found nothing, so there is nothing to verify; nothing got worse. ${parts}`.trim();
    case 'invalid':
      return 'Nothing can be told: no load is valid in both runs.';
    default:
      return verdict satisfies never;
  }
}

const metricWords = { throughput: 'throughput', average: 'average', p95: 'p95', errors: 'failures' } as const;

function worseText({ metric, change, ...place }: VerifiedChange): string {
  const by = metric === 'errors' ? `+${share(change.value)}` : changeText(change.value);
  return `${metricWords[metric]} at ${loadName({ stage: 0, ...place })} ${by}`;
}

function warningsOf(before: Side, after: Side, pairs: number): string[] {
  const names = (side: Side) => side.run.plan.endpoints.map((e) => `${e.name} ${e.weight}`).join('\n');
  const load = (side: Side) =>
    JSON.stringify(side.run.plan.load.kind === 'closed' ? side.run.plan.load.thinkTime : null);
  const machine = (side: Side) => side.run.environment.hostHash;
  const unpaired = before.measurements.length - pairs;
  return [
    ...(names(before) === names(after) ? [] : ['The plans ask for other endpoints, or in other shares.']),
    ...(load(before) === load(after) ? [] : ['The users of the two runs think differently.']),
    ...(before.run.plan.target === after.run.plan.target
      ? []
      : [`The target moved: ${before.run.plan.target} before, ${after.run.plan.target} after.`]),
    ...(machine(before) === machine(after) ? [] : ['The two runs were made on different machines.']),
    ...(unpaired > 0 && pairs > 0
      ? [
          `${count(unpaired, 'stage')} of the run before ${unpaired === 1 ? 'has' : 'have'} no valid counterpart.`,
        ]
      : []),
  ];
}
