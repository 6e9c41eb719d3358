import { list, number } from '../../words.ts';
import type { Facts } from '../facts.ts';
import { limitEvidence } from '../limit-evidence.ts';
import { controlWords, excludedOf, verdictsFor, waitingNames } from '../limit-verdict.ts';
import { machineUseOf } from '../machine-use.ts';
import type { Accusation, Rule } from '../rule.ts';

/** A limited number of places, shared by the endpoints that slow down together by the same time; the control is free. */
export const connectionPool: Rule = { causes: ['connection-pool'], accuse };

function accuse(facts: Facts): Accusation | null {
  const verdicts = verdictsFor(facts, 'connection-pool');
  const [first] = verdicts;
  if (first === undefined) return null;
  const { limit, size } = first;
  const exact = size !== null && size.low === size.high;
  const places = size === null ? 'some' : exact ? number(size.value) : `about ${number(size.value, 1)}`;
  const endpoints = waitingNames(verdicts);
  const told = limit.sharing.some((n) => n.together === 'same-time');
  const cpu = machineUseOf(limit, facts)?.busy ?? null;
  return {
    kind: 'found',
    finding: {
      cause: 'connection-pool',
      title: exact
        ? `A pool of ${places} places is full: ${list(endpoints, 4)} wait for one`
        : `A pool of places is full (${places} by the throughput): ${list(endpoints, 4)} wait for one`,
      endpoints,
      confidence: exact && told ? 'high' : 'medium',
      estimates: {
        ...(size !== null && exact ? { size } : {}),
        ...(limit.parallelism === null ? {} : { 'served at once': limit.parallelism }),
      },
      evidence: limitEvidence(first, facts),
      excluded: excludedOf([
        [
          'single-threaded',
          `${controlWords(limit)} was free while ${limit.name} was held: a blocked thread of the process that serves both would have delayed it.`,
        ],
        [
          'cpu-saturation',
          `${controlWords(limit)} was not slowed by the same factor, as it would be on a full processor${cpu === null ? '' : `; the machine was at most ${number(cpu * 100)} % busy`}.`,
        ],
        [
          'lock-contention',
          `About ${number(limit.parallelism?.value ?? 0, 1)} requests were served at once; a lock lets one in.`,
        ],
      ]),
      disproof:
        'With twice as many places (connections, workers) and nothing else changed, the throughput does not grow.',
      remedy: `Give the pool that ${list(endpoints, 3)} share more places${exact ? ` than ${places}` : ''}, if what lies behind it can carry them, or hold a place for a shorter time: release it before work that does not need it, and make the slow statements faster.`,
    },
  };
}
