import { milliseconds, number, stageName } from '../../words.ts';
import type { Facts } from '../facts.ts';
import { refusalStepsOf } from '../refusal-steps.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';
import { turnedAwayOf } from '../turned-away.ts';
import { evidenceFor, refusedBy } from './rate-limit.ts';

/** Fast 503s from a number in flight upwards, while the requests that were let in go on as before. */
export const loadShedding: Rule = { causes: ['load-shedding'], accuse };

function accuse(facts: Facts): Accusation | null {
  const away = turnedAwayOf(facts.failures);
  if (away === null) return null;
  const steps = refusalStepsOf(facts, away);
  if (refusedBy(away, steps) !== 'load-shedding') return null;
  const byStep = steps.named === 'load-shedding' ? steps.places : null;
  const served = byStep ?? away.last.served ?? 0;
  const others = away.stages.map((s) => s.served ?? served);
  return {
    kind: 'found',
    finding: {
      cause: 'load-shedding',
      title: `The server sheds load beyond about ${number(served)} requests in flight`,
      endpoints: [],
      confidence: steps.named === 'load-shedding' ? 'high' : 'medium',
      estimates: {
        'number in flight':
          byStep === null
            ? { value: served, low: Math.min(...others), high: Math.max(...others) }
            : { value: byStep, low: null, high: null },
      },
      evidence: [
        ...evidenceFor(away, steps),
        ...(away.last.rejectedMs === null
          ? []
          : [
              evidenceOf(
                `The refusals were fast: half of them took at most ${milliseconds(away.last.rejectedMs)} in ${stageName(away.last.stage)}.`,
                'median time of a refusal (ms)',
                away.last.rejectedMs,
                [away.last.stage.stage],
              ),
            ]),
      ],
      excluded: [
        {
          cause: 'rate-limit',
          because:
            away.named === 'load-shedding'
              ? 'The successful rate changed between the stages, while the number in flight stayed.'
              : 'At a rate that comes by chance, less succeeded than in the ladder, and as much as a fixed number in flight lets through; a rate limit lets the same rate through.',
        },
      ],
      disproof:
        'With slower requests, the server refuses at the same rate and not at the same number in flight.',
      remedy:
        'Shedding protects the requests that are let in. If the number is too low, raise it; otherwise let clients wait and retry.',
    },
  };
}
