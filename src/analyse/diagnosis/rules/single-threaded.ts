import { list, number } from '../../words.ts';
import type { Facts } from '../facts.ts';
import { limitEvidence } from '../limit-evidence.ts';
import { controlWords, excludedOf, verdictsFor } from '../limit-verdict.ts';
import { fullMachine, machineUseOf } from '../machine-use.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';

/** One thread serves everything, and some endpoint keeps it from going on: whatever comes next waits as long. */
export const singleThreaded: Rule = { causes: ['single-threaded'], accuse };

function accuse(facts: Facts): Accusation | null {
  const verdicts = verdictsFor(facts, 'single-threaded');
  const [first] = verdicts;
  if (first === undefined) return null;
  const { limit } = first;
  const blocking = [...new Set(verdicts.map((v) => v.limit.name))];
  const cpu = machineUseOf(limit, facts)?.busy ?? null;
  const sure = limit.control?.together === 'same-time';
  return {
    kind: 'found',
    finding: {
      cause: 'single-threaded',
      title: `One thread serves all, and ${list(blocking)} ${blocking.length === 1 ? 'blocks' : 'block'} it`,
      endpoints: blocking,
      confidence: sure ? 'high' : 'medium',
      estimates: limit.parallelism === null ? {} : { 'served at once': limit.parallelism },
      evidence: [
        ...limitEvidence(first, facts),
        ...(cpu === null
          ? []
          : [
              evidenceOf(
                `The machine was at most ${number(cpu * 100)} % busy meanwhile${cpu < fullMachine ? ': its processors as a whole were not full' : ''}.`,
                'busy share of the machine',
                cpu,
                limit.solo?.stages ?? [],
              ),
            ]),
      ],
      excluded: excludedOf([
        ['connection-pool', `${controlWords(limit)} waited, too, and needs no connection of a pool.`],
        [
          'lock-contention',
          `${controlWords(limit)} waited, too, and has no reason to take a lock of ${limit.name}.`,
        ],
        [
          'cpu-saturation',
          `${controlWords(limit)} gained a time, not a factor: a processor shared in time slices delays short work little.`,
        ],
      ]),
      disproof: `While ${limit.name} is held at its limit, the target's event loop (or its one worker) is on time.`,
      remedy: `Take the blocking work of ${list(blocking, 3)} off the thread: a synchronous call, computing, (de)serialising or cryptography in the handler; use the asynchronous call or a worker thread. Or run one process for each core.`,
    },
  };
}
