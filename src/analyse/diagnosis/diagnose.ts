import type { Run } from '../../record/run.ts';
import type { Analysis, Diagnosis, Finding, Undecided } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { count, list, stageName } from '../words.ts';
import { type Facts, factsOf, type Probed } from './facts.ts';
import { healthOf } from './health.ts';
import { rules } from './rules/all.ts';
import { summaryDiagnosis } from './summary.ts';
import { withTelemetry } from './telemetry-evidence.ts';

/**
 * What a run says about why the target behaves as it does. It names a cause only where the run holds what that cause
 * requires; `none` and `unknown` are answers, too, and a false accusation is the worst one. Pure: the same run gives
 * the same diagnosis.
 */
export function diagnose(
  measurements: readonly StageMeasurement[],
  run: Run,
  capacity: Analysis['capacity'],
  probed?: Probed,
): Diagnosis {
  const facts = factsOf(measurements, run, capacity, probed);
  if (!facts.recorded) return summaryDiagnosis(facts);
  const accusations = withTelemetry(
    rules.flatMap((rule) => rule.accuse(facts) ?? []),
    facts,
  );
  const findings = accusations.flatMap((a) => (a.kind === 'found' ? [a.finding] : []));
  const undecided = accusations.flatMap((a) => (a.kind === 'undecided' ? [a.undecided] : []));
  const faults = accusations.flatMap((a) =>
    a.kind === 'undecided' && a.weight === 'fault' ? [a.undecided] : [],
  );
  return { ...verdictOf(facts, findings, faults), findings, undecided };
}

function verdictOf(
  facts: Facts,
  findings: readonly Finding[],
  faults: readonly Undecided[],
): Pick<Diagnosis, 'verdict' | 'statement'> {
  if (facts.sound.length === 0) {
    const generator = facts.generator.length > 0;
    return {
      verdict: 'invalid',
      statement: generator
        ? 'No cause can be named: the load generator was the limit, so the figures describe it and not the target.'
        : 'No cause can be named: no stage of this run is valid.',
    };
  }
  const targets = findings.filter((f) => f.cause !== 'generator');
  const unsound =
    facts.generator.length === 0
      ? ''
      : ` Nothing is drawn from ${list(facts.generator.map(({ stage }) => stageName(stage)))}: the generator was the limit there.`;
  if (targets.length > 0) {
    const open =
      faults.length === 0
        ? ''
        : ` ${count(faults.length, 'more observation')} could not be traced to one cause.`;
    return {
      verdict: 'found',
      statement: `${count(targets.length, 'cause')} found: ${titles(targets)}.${open}${unsound}`,
    };
  }
  if (findings.length > 0) {
    return {
      verdict: 'found',
      statement: `${titles(findings)}. ${
        faults.length === 0
          ? 'Nothing was found in the other stages'
          : `In the others ${count(faults.length, 'observation')} could not be traced to one cause`
      }; the target is not blamed.`,
    };
  }
  if (faults.length > 0) {
    return {
      verdict: 'unknown',
      statement: `Something limits the target, and this run cannot tell what: ${titles(faults)}. The experiment that would decide is given.`,
    };
  }
  const health = healthOf(facts);
  return health.healthy
    ? { verdict: 'none', statement: health.statement }
    : { verdict: 'unknown', statement: health.statement };
}

/** Titles are sentences with commas and "and" of their own. */
function titles(of: readonly { readonly title: string }[]): string {
  return of.map(({ title }) => title).join('; ');
}
