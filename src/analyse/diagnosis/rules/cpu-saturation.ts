import type { Cause, Evidence } from '../../analysis.ts';
import { list, number, share } from '../../words.ts';
import type { Facts } from '../facts.ts';
import { limitEvidence } from '../limit-evidence.ts';
import { controlWords, excludedOf, type LimitVerdict, verdictsFor, waitingNames } from '../limit-verdict.ts';
import { fillsProcessors, fullMachine, type MachineUse, machineUseOf } from '../machine-use.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';

/**
 * No processor has time left; or all slow down by the same factor, the control included, as behind a processor that is
 * shared in time slices.
 */
export const cpuSaturation: Rule = { causes: ['cpu-saturation'], accuse };

function accuse(facts: Facts): Accusation | null {
  const verdicts = verdictsFor(facts, 'cpu-saturation');
  const first = verdicts.find(({ limit }) => fillsProcessors(limit, facts)) ?? verdicts[0];
  if (first === undefined) return null;
  const { limit } = first;
  const use = machineUseOf(limit, facts);
  const fills = fillsProcessors(limit, facts);
  const isFull = use !== null && use.busy >= fullMachine;
  const held = [...new Set(verdicts.map((v) => v.limit.name))];
  return {
    kind: 'found',
    finding: {
      cause: 'cpu-saturation',
      title: fills
        ? 'The processors are full: none has time left for more requests'
        : isFull
          ? 'The processors are full: all slow down by the same factor'
          : 'Like a saturated processor: all slow down by the same factor',
      endpoints: waitingNames(verdicts),
      confidence: isFull ? 'high' : 'medium',
      estimates: limit.parallelism === null ? {} : { 'processors, at most': limit.parallelism },
      evidence: [...limitEvidence(first, facts), ...(use === null ? [] : [useEvidence(use, first)])],
      excluded: excludedOf(fills ? withoutTimeLeft(first) : bySlowing(first)),
      disproof: `The processor time of the target, while ${limit.name} is held at its limit, stays well below what its machine has.`,
      remedy: `Find what ${list(held, 3)} computes (a profile under load), and do less of it; else more cores or instances: about ${number(limit.parallelism?.value ?? 1, 1)} were at work.`,
    },
  };
}

function useEvidence({ busy, alone, generator }: MachineUse, { limit }: LimitVerdict): Evidence {
  const before = alone === null ? '' : `, and ${share(alone)} with a single user`;
  const own = generator === null ? '' : `; the generator took ${share(generator)} of it`;
  return evidenceOf(
    `The machine that runs target and generator was ${share(busy)} busy meanwhile${before}${own}.`,
    'busy share of the machine',
    busy,
    limit.solo?.stages ?? [],
  );
}

function withoutTimeLeft({ limit }: LimitVerdict): readonly (readonly [Cause, string])[] {
  const atOnce = `About ${number(limit.parallelism?.value ?? 0, 1)} requests were worked on at once`;
  return [
    ['connection-pool', 'No processor had time left: more places would only share it.'],
    ['single-threaded', `${atOnce}: more than one thread works on.`],
    ['lock-contention', `${atOnce}: more than a lock lets in.`],
  ];
}

function bySlowing({ limit }: LimitVerdict): readonly (readonly [Cause, string])[] {
  if (limit.control?.together === 'free') {
    const factor = `Those that were slowed beside ${limit.name} were so by a factor`;
    return [
      ['connection-pool', `${factor}; waiting for a place adds the same time to each.`],
      ['single-threaded', `${controlWords(limit)} was free: behind one thread it would have waited as long.`],
      ['lock-contention', `${factor}; waiting for a lock adds the same time to each.`],
    ];
  }
  return [
    ['connection-pool', `${controlWords(limit)} was slowed, too, and needs no connection of a pool.`],
    [
      'single-threaded',
      `${controlWords(limit)} gained much less time than ${limit.name}: behind one thread it would have waited as long.`,
    ],
    ['lock-contention', `${controlWords(limit)} was slowed, too, and has no reason to take a lock.`],
  ];
}
