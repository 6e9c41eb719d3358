import { count, list, stageName } from '../../words.ts';
import type { Facts } from '../facts.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';

/** The generator failed one of its own checks: the figures of that stage say nothing about the target. */
export const generator: Rule = { causes: ['generator'], accuse };

function accuse({ generator: failed, run }: Facts): Accusation | null {
  if (failed.length === 0) return null;
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
