import type { Evidence, Interval } from '../../analysis.ts';
import type { RowsReading } from '../../probes/probe-readings.ts';
import { list, number, rate, times, within } from '../../words.ts';
import { ratioOf } from '../contrast.ts';
import type { Facts } from '../facts.ts';
import { limitEvidence } from '../limit-evidence.ts';
import { controlWords, excludedOf, type LimitVerdict, verdictsFor, waitingNames } from '../limit-verdict.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';

/** One at a time, on some endpoints, the control free; the same row is slow, spread rows are not (if that was tried). */
export const lockContention: Rule = { causes: ['lock-contention'], accuse };

/** Spread writes bring surely so many times what one row does. */
const leastSpread = 1.5;

function accuse(facts: Facts): Accusation | null {
  const verdicts = verdictsFor(facts, 'lock-contention');
  const [first] = verdicts;
  const rows = facts.readings.rows.flatMap((reading) => rowLock(reading) ?? []);
  const row = rows.find((r) => (r.ratio.low ?? 0) >= leastSpread);
  if (row !== undefined && facts.saturation !== null) return onOneRow(row, first ?? null, facts);
  if (first === undefined) return null;
  const { limit } = first;
  const endpoints = waitingNames(verdicts);
  const spreadToo = rows.find((r) => endpoints.includes(facts.endpoints[r.reading.endpoint]?.name ?? ''));
  return {
    kind: 'found',
    finding: {
      cause: 'lock-contention',
      title: `${list(endpoints, 4)} ${endpoints.length === 1 ? 'runs' : 'run'} one at a time, behind a lock`,
      endpoints,
      confidence: 'medium',
      estimates: limit.parallelism === null ? {} : { 'served at once': limit.parallelism },
      evidence: [
        ...limitEvidence(first, facts),
        ...(spreadToo === undefined ? [] : [rowEvidence(spreadToo, facts)]),
      ],
      excluded: excludedOf([...elsewhere(first), pool(limit.parallelism)]),
      disproof:
        'Without the lock (or with one for each row) the throughput of these endpoints does not grow.',
      remedy: `Find what ${list(endpoints, 3)} hold one at a time: a table or row lock, a mutex, a file, a serial queue. Hold it for a shorter time, or split it (by row, by shard).`,
    },
  };
}

type RowLock = { readonly reading: RowsReading; readonly ratio: Interval };

function rowLock(reading: RowsReading): RowLock | null {
  if (reading.oneRow === null || reading.spread === null) return null;
  const ratio = ratioOf(reading.oneRow.rate, reading.spread.rate);
  return ratio?.low == null ? null : { reading, ratio };
}

function onOneRow(row: RowLock, verdict: LimitVerdict | null, facts: Facts): Accusation {
  const name = facts.endpoints[row.reading.endpoint]?.name ?? '';
  const oneRow = row.reading.oneRow?.rate ?? null;
  return {
    kind: 'found',
    finding: {
      cause: 'lock-contention',
      title: `${name}: writes to the same row wait for each other`,
      endpoints: [name],
      confidence: 'high',
      estimates: {
        'spread over one row': row.ratio,
        ...(oneRow === null ? {} : { 'writes to one row (requests/s)': oneRow }),
      },
      evidence: [rowEvidence(row, facts), ...(verdict === null ? [] : limitEvidence(verdict, facts))],
      excluded: excludedOf([
        ...(verdict === null ? [] : elsewhere(verdict)),
        ['connection-pool', 'Spread writes use the same connections, and bring more.'],
        ['cpu-saturation', 'Spread writes cost the same processor time, and bring more.'],
      ]),
      disproof: `${name} brings no more with rows spread than with one row.`,
      remedy: `Write to that row less often (collect, then write; a counter in parts), or hold its lock for a shorter time: take it last, and commit at once.`,
    },
  };
}

function rowEvidence({ reading, ratio }: RowLock, facts: Facts): Evidence {
  const name = facts.endpoints[reading.endpoint]?.name ?? '';
  const stages = facts.all.flatMap((_, i) => (isRows(facts, i, reading.endpoint) ? [i + 1] : []));
  return evidenceOf(
    `${name} brought ${rate(reading.oneRow?.rate.value ?? 0)} to one row and ${rate(reading.spread?.rate.value ?? 0)} spread over rows: ${times(ratio.value)}${within(ratio, times)}.`,
    'throughput of spread writes over that of one row',
    ratio,
    stages,
  );
}

function isRows({ trials }: Facts, position: number, endpoint: number): boolean {
  const trial = trials[position];
  return trial?.kind === 'rows' && trial.endpoint === endpoint;
}

function elsewhere({ limit }: LimitVerdict) {
  return [
    [
      'single-threaded',
      `${controlWords(limit)} was free while ${limit.name} was held: a blocked thread of the process that serves both would have delayed it.`,
    ],
    ['cpu-saturation', `${controlWords(limit)} was not slowed by the same factor, as on a full processor.`],
  ] as const;
}

function pool(parallelism: Interval | null) {
  return [
    'connection-pool',
    `At most ${number(parallelism?.value ?? 1, 1)} requests${within(parallelism, (v) => number(v, 1))} were served at once; a pool has more than one place. (A pool of one would look the same.)`,
  ] as const;
}
