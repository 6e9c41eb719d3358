import type { Interval } from '../../analysis.ts';
import type { SizesReading } from '../../probes/probe-readings.ts';
import { count, list, milliseconds, share, within } from '../../words.ts';
import { ratioOf } from '../contrast.ts';
import type { Facts } from '../facts.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';
import { singleOf } from '../shared-limit.ts';

/** Each row of the result costs by itself, beside its bytes: R = α + β·rows + γ·bytes. */
export const nPlusOne: Rule = { causes: ['n-plus-one'], accuse };

/** β·k is at least this part of the response time. */
const leastShare = 0.5;
/** A query of its own takes a round trip at least; to encode a row takes some µs. */
const leastPerRowMs = 0.1;

/** A count, and not a time, by its name: `queries`, `db-queries`, `query_count`. */
const namesCount = /(^|[-_.])(queries|statements|query[-_]?count)$/i;

type PerRow = {
  readonly reading: SizesReading;
  readonly name: string;
  readonly perRow: Interval;
  readonly rows: number;
  readonly part: Interval;
  /** Queries that the target says it made; null: it does not say. */
  readonly queries: number | null;
};

function accuse(facts: Facts): Accusation | null {
  const found = facts.readings.sizes.flatMap((reading) => perRowOf(reading, facts) ?? []);
  const [first] = found.toSorted((a, b) => b.part.value - a.part.value);
  if (first === undefined) return null;
  const names = found.map((f) => f.name);
  const counted = found.every((f) => f.queries !== null && f.queries >= f.rows);
  const stages = facts.trials.flatMap((trial, i) => (trial?.kind === 'sizes' ? [i + 1] : []));
  return {
    kind: 'found',
    finding: {
      cause: 'n-plus-one',
      title: `${first.name}: each row costs ${milliseconds(first.perRow.value)}, ${share(Math.min(1, first.part.value))} of its time${counted ? ', a query each' : ''}`,
      endpoints: names,
      confidence: counted ? 'high' : 'medium',
      estimates: Object.fromEntries(found.map((f) => [`${f.name}: ms per row`, f.perRow])),
      evidence: found.flatMap((f) => [
        evidenceOf(
          `${f.name} took ${list(f.reading.points.map((p) => `${milliseconds(p.mean.value)} for ${count(p.rows, 'row')}`))}, with one user: ${milliseconds(f.perRow.value)}${within(f.perRow, milliseconds)} for each further row, its bytes ${f.reading.perByteUs === null ? 'included' : 'counted apart'}.`,
          `${f.name}: ms per row`,
          f.perRow,
          stages,
        ),
        evidenceOf(
          `Its ${count(f.rows, 'row')} make ${share(Math.min(1, f.part.value))} of its response time.`,
          `${f.name}: rows' share of the response time`,
          f.part,
          stages,
        ),
        ...(f.queries === null
          ? []
          : [
              evidenceOf(
                `The target itself counts ${count(f.queries, 'query', 'queries')} for an answer of ${count(f.rows, 'row')} (Server-Timing).`,
                `${f.name}: queries per answer`,
                f.queries,
                stages,
              ),
            ]),
      ]),
      excluded: [
        {
          cause: 'connection-pool',
          because:
            'With one user no request waits for another one, and the cost grows with the rows all the same.',
        },
        {
          cause: 'slow-dependency',
          because: 'The time grows with the number of rows: it is paid again for each, not once.',
        },
      ],
      disproof: counted
        ? 'The number of queries stays the same for results of 10 and of 100 rows.'
        : "The target's query log shows the same number of queries for results of 10 and of 100 rows, and its profile no work for each row.",
      remedy: `Look at what ${list(names, 3)} ${names.length === 1 ? 'does' : 'do'} for each row${counted ? '' : ' (often a query)'}: fetch what the rows need with one query (a join, WHERE id IN …), and bound the length of the list.`,
    },
  };
}

function perRowOf(reading: SizesReading, facts: Facts): PerRow | null {
  const { perRow, endpoint, points } = reading;
  const scouted = facts.scouted.get(endpoint);
  const largest = points.toSorted((a, b) => b.rows - a.rows)[0];
  const rows = scouted?.listLength ?? largest?.rows ?? 0;
  const single = singleOf(endpoint, facts.readings) ?? largest?.mean ?? null;
  if (perRow?.low == null || perRow.low < leastPerRowMs || single === null || rows < 2) return null;
  const cost: Interval = {
    value: perRow.value * rows,
    low: perRow.low * rows,
    high: perRow.high === null ? null : perRow.high * rows,
  };
  const part = ratioOf(single, cost);
  if ((part?.low ?? 0) < leastShare || part === null) return null;
  const queries = Object.entries(scouted?.serverTiming ?? {}).find(([name]) => namesCount.test(name));
  return {
    reading,
    name: facts.endpoints[endpoint]?.name ?? '',
    perRow,
    rows,
    part,
    queries: queries === undefined ? null : queries[1],
  };
}
