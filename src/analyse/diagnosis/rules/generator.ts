import { count, list, stageName, times, within } from '../../words.ts';
import type { Facts } from '../facts.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';

/** The generator failed one of its own checks: the figures of that stage say nothing about the target. */
export const generator: Rule = { causes: ['generator'], accuse };

/** One more worker changes the throughput surely by more than this: the generator was the limit (P9). */
const mostByWorkers = 1.1;

/** Whether more workers of the generator brought more: then nothing that the load showed is the target's. */
export function moreWorkersBringMore({ readings }: Facts): boolean {
  return readings.workers.some(({ ratio }) => (ratio?.low ?? 0) > mostByWorkers);
}

function accuse(facts: Facts): Accusation | null {
  const { generator: failed, run } = facts;
  if (failed.length === 0) return byWorkers(facts);
  const stages = failed.map(({ stage }) => stage.stage);
  return {
    kind: 'found',
    finding: {
      cause: 'generator',
      title: `The load generator was the limit in ${list(failed.map(({ stage }) => stageName(stage)))}`,
      endpoints: [],
      confidence: 'high',
      estimates: {},
      evidence: failed
        .flatMap(({ stage, checks }) =>
          checks.map((check) =>
            evidenceOf(check.statement, check.check, check.value ?? Number.NaN, [stage.stage]),
          ),
        )
        .filter((e) => Number.isFinite(e.value)),
      excluded: [],
      disproof: 'The same stages, sent from a larger or a second machine, give the same figures.',
      remedy:
        `Do not read ${stages.length === 1 ? 'this stage' : 'these stages'} as a property of the target. ` +
        `Send the load from a machine of its own${run.environment.cores === null ? '' : ` (this one has ${count(run.environment.cores, 'core')})`}, with more workers, or ask for less.`,
    },
  };
}

function byWorkers(facts: Facts): Accusation | null {
  const reading = facts.readings.workers.find(({ ratio }) => (ratio?.low ?? 0) > mostByWorkers);
  if (reading?.ratio == null || !moreWorkersBringMore(facts)) return null;
  return {
    kind: 'found',
    finding: {
      cause: 'generator',
      title: 'The load generator was the limit: more workers bring more',
      endpoints: [],
      confidence: 'high',
      estimates: { 'throughput with more workers': reading.ratio },
      evidence: [
        evidenceOf(
          `With more workers and the same users the throughput was ${times(reading.ratio.value)}${within(reading.ratio, times)}.`,
          'throughput with more workers over that with fewer',
          reading.ratio,
          reading.stages,
        ),
      ],
      excluded: [],
      disproof: 'The same load from a larger or a second machine gives the same throughput.',
      remedy: 'Send the load with more workers, or from a machine of its own, and diagnose again.',
    },
  };
}
