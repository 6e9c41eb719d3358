import { change, list, loadName, number, rate, share, stageName, within } from '../../words.ts';
import type { Facts } from '../facts.ts';
import { type RefusalSteps, refusalStepsOf } from '../refusal-steps.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';
import { type TurnedAway, turnedAwayOf } from '../turned-away.ts';

/** Successful requests per second stay the same as the load grows, and the rest is told to come back later. */
export const rateLimit: Rule = { causes: ['rate-limit', 'load-shedding'], accuse };

function accuse(facts: Facts): Accusation | null {
  const away = turnedAwayOf(facts.failures);
  if (away === null) return null;
  const steps = refusalStepsOf(facts, away);
  const cause = refusedBy(away, steps);
  if (cause === 'load-shedding') return null;
  return cause === 'rate-limit' ? named(away, steps) : undecided(away, steps);
}

/** What the ladder says, or, where it leaves that open, what the steps of P8 say; null where they contradict each other. */
export function refusedBy(away: TurnedAway, steps: RefusalSteps): TurnedAway['named'] {
  if (away.named === null || steps.named === null) return away.named ?? steps.named;
  return away.named === steps.named ? away.named : null;
}

function named(away: TurnedAway, steps: RefusalSteps): Accusation {
  const limit = away.last.okRate;
  return {
    kind: 'found',
    finding: {
      cause: 'rate-limit',
      title: `A rate limit lets ${limit === null ? 'a fixed number of' : `about ${rate(limit.value).replace('/s', '')}`} through per second`,
      endpoints: [],
      confidence: away.status === 429 || steps.named === 'rate-limit' ? 'high' : 'medium',
      estimates: limit === null ? {} : { 'limit (requests/s)': limit },
      evidence: evidenceFor(away, steps),
      excluded:
        away.status === 429
          ? [
              {
                cause: 'errors-under-load',
                because: 'The failed requests were answered 429: the server refused them on purpose.',
              },
            ]
          : [
              {
                cause: 'load-shedding',
                because:
                  'At rising rates the successful rate stayed the same, which no fixed number in flight brings about.',
              },
            ],
      disproof: 'With the limiter switched off or raised, the successful rate stays where it is.',
      remedy:
        'If the limit is meant, state it in the plan and test below it. If not, raise it, or exempt the load test from it.',
    },
  };
}

function undecided(away: TurnedAway, steps: RefusalSteps): Accusation {
  return {
    kind: 'undecided',
    weight: 'fault',
    undecided: {
      causes: ['rate-limit', 'load-shedding'],
      title: `The server turns requests away (status ${away.status}): by rate or by number in flight`,
      endpoints: [],
      evidence: evidenceFor(away, steps),
      excluded: [],
      experiment:
        'Send a short burst at a low mean rate, then a steady load just above the successful rate seen here. A rate limit passes the burst up to its allowance and refuses the steady load; shedding by number in flight refuses the burst and passes the steady load.',
    },
  };
}

export function evidenceFor(away: TurnedAway, steps: RefusalSteps) {
  const { first, last } = away;
  const evidence = away.stages.map((s) => {
    const refused = away.status === 429 ? s.tooMany : s.unavailable;
    return evidenceOf(
      `${share(refused.value)} of the answers had status ${away.status} in ${stageName(s.stage)}${within(refused, share)}.`,
      `share of status ${away.status}`,
      refused,
      [s.stage.stage],
    );
  });
  if (away.okRatio !== null && first.okRate !== null && last.okRate !== null) {
    evidence.push(
      evidenceOf(
        `Successful requests went from ${rate(first.okRate.value)} to ${rate(last.okRate.value)} (${change(away.okRatio.value - 1)}) between ${list([loadName(first.stage), loadName(last.stage)])}.`,
        'ratio of successful rates',
        away.okRatio,
        [first.stage.stage, last.stage.stage],
      ),
    );
  }
  if (away.servedRatio !== null && first.served !== null && last.served !== null) {
    evidence.push(
      evidenceOf(
        `Requests in flight that were served: ${number(first.served, 1)} at ${loadName(first.stage)}, ${number(last.served, 1)} at ${loadName(last.stage)}.`,
        'ratio of served requests in flight',
        away.servedRatio,
        [first.stage.stage, last.stage.stage],
      ),
    );
  }
  for (const { step, okRate, ofLadder, shed } of steps.rows) {
    evidence.push(
      evidenceOf(
        `At ${number(step.factor)} × the rate, ${rate(okRate.value)} succeeded: ${change(ofLadder.value - 1)} against the ladder's last stage${shed === null ? '' : `; with a fixed number in flight it would be ${rate(shed)}`}.`,
        'successful rate over that of the ladder',
        ofLadder,
        [last.stage.stage, step.stage],
      ),
    );
  }
  return evidence;
}
