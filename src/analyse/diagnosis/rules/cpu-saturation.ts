import { list, number, share } from '../../words.ts';
import type { Facts } from '../facts.ts';
import { limitEvidence } from '../limit-evidence.ts';
import {
  controlWords,
  excludedOf,
  fullMachine,
  machineCpuOf,
  verdictsFor,
  waitingNames,
} from '../limit-verdict.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';

/** All slow down by the same factor, the control included: a processor that is shared in time slices. */
export const cpuSaturation: Rule = { causes: ['cpu-saturation'], accuse };

function accuse(facts: Facts): Accusation | null {
  const verdicts = verdictsFor(facts, 'cpu-saturation');
  const [first] = verdicts;
  if (first === undefined) return null;
  const { limit } = first;
  const cpu = machineCpuOf(limit, facts);
  const full = cpu !== null && cpu >= fullMachine;
  const held = [...new Set(verdicts.map((v) => v.limit.name))];
  return {
    kind: 'found',
    finding: {
      cause: 'cpu-saturation',
      title: full
        ? `The processors are full: all slow down by the same factor`
        : `Like a saturated processor: all slow down by the same factor`,
      endpoints: waitingNames(verdicts),
      confidence: full ? 'high' : 'medium',
      estimates: limit.parallelism === null ? {} : { 'processors, at most': limit.parallelism },
      evidence: [
        ...limitEvidence(first, facts),
        ...(cpu === null
          ? []
          : [
              evidenceOf(
                `The machine that runs target and generator was ${share(cpu)} busy meanwhile.`,
                'busy share of the machine',
                cpu,
                limit.solo?.stages ?? [],
              ),
            ]),
      ],
      excluded: excludedOf([
        ['connection-pool', `${controlWords(limit)} was slowed, too, and needs no connection of a pool.`],
        [
          'single-threaded',
          `${controlWords(limit)} gained much less time than ${limit.name}: behind one thread it would have waited as long.`,
        ],
        ['lock-contention', `${controlWords(limit)} was slowed, too, and has no reason to take a lock.`],
      ]),
      disproof: `The processor time of the target, while ${limit.name} is held at its limit, stays well below what its machine has.`,
      remedy: `Find what ${list(held, 3)} computes (a profile under load), and do less of it; else more cores or instances: about ${number(limit.parallelism?.value ?? 1, 1)} were at work.`,
    },
  };
}
