import type { Cause } from '../../analysis.ts';
import {
  change,
  count,
  list,
  loadName,
  milliseconds,
  number,
  rate,
  stageName,
  times,
  within,
} from '../../words.ts';
import { median } from '../contrast.ts';
import { type Coupling, fewestRequests } from '../coupling.ts';
import type { Facts, Saturation } from '../facts.ts';
import { limitEvidence } from '../limit-evidence.ts';
import {
  controlWords,
  type LimitVerdict,
  limitVerdictsOf,
  standsForQueueing,
  waitingNames,
} from '../limit-verdict.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';
import { contentionCollapse } from './contention-collapse.ts';
import { lockContention } from './lock-contention.ts';

/**
 * Response times grow with the load, and throughput falls behind it or stands still: something is shared and full. A
 * ladder of the whole mix shows that it is, and some of what it is not; it cannot show which thing it is. So the rule
 * never accuses: it names the class, what the mix excludes, and the experiment that decides.
 */
export const queueing: Rule = {
  causes: ['connection-pool', 'single-threaded', 'lock-contention', 'cpu-saturation'],
  accuse,
};

/** A free endpoint is about as long as the others within this factor of their median. */
const comparableWithin = 3;
/** Below so many requests served at once there is but one server: a thread, a lock, or a pool of one. */
const oneServer = 1.5;

function accuse(facts: Facts): Accusation | null {
  const { saturation, coupling } = facts;
  if (saturation === null || !standsForQueueing(facts)) return null;
  if (lockContention.accuse(facts) !== null || contentionCollapse.accuse(facts)?.kind === 'found')
    return null;
  const verdicts = limitVerdictsOf(facts);
  if (verdicts.some(({ causes }) => causes.length === 1)) return null;
  const open = verdicts.find(({ causes }) => causes.length > 1);
  if (open !== undefined) return afterProbes(open, saturation, facts);
  const excluded = coupling === null ? [] : exclusions(coupling);
  const causes = orderOf(coupling).filter((cause) => !excluded.some((e) => e.cause === cause));
  return {
    kind: 'undecided',
    weight: 'fault',
    undecided: {
      causes,
      title: titleOf(saturation, causes),
      endpoints: (coupling?.slowed ?? []).map((e) => e.name),
      evidence: [
        ...standstillEvidence(saturation),
        ...(coupling === null ? [] : couplingEvidence(coupling, saturation.kind !== 'waiting')),
      ],
      excluded,
      experiment: experimentOf(coupling),
    },
  };
}

/** The probes were made, and more than one cause remains. */
function afterProbes(verdict: LimitVerdict, saturation: Saturation, facts: Facts): Accusation {
  const { limit, causes, because, experiment } = verdict;
  const control = limit.control;
  const excluded = queueing.causes
    .filter((cause) => !causes.some((c) => c === cause) && control !== null)
    .map((cause) => ({
      cause,
      because: `${controlWords(limit)} ${control?.together === 'free' ? 'was free' : 'was slowed'} while ${limit.name} was held${cause === 'lock-contention' || cause === 'connection-pool' ? ', and shares none with it' : ''}.`,
    }));
  return {
    kind: 'undecided',
    weight: 'fault',
    undecided: {
      causes: [...causes],
      title: `Requests queue for something shared beyond ${loadName(saturation.before)}, and the probes leave more than one cause: ${because}`,
      endpoints: waitingNames([verdict]),
      evidence: limitEvidence(verdict, facts),
      excluded,
      experiment,
    },
  };
}

function titleOf(s: Saturation, causes: readonly Cause[]): string {
  const told =
    causes.length === 1
      ? 'one cause remains likely, and is not proven'
      : 'this ladder cannot tell which of the causes it is';
  return `Requests queue for something shared beyond ${loadName(s.before)}: ${growthText(s)}; ${told}`;
}

function growthText({ kind, throughput, slowdown, load }: Saturation): string {
  const growth = throughput.value - 1;
  switch (kind) {
    case 'plateau': {
      const verb = growth < -0.02 ? 'fell' : growth < 0.02 ? 'stood still' : 'hardly grew';
      return `throughput ${verb} (${change(growth)}) for ${times(load)} the load`;
    }
    case 'behind':
      return `throughput grew too little (${change(growth)}) for ${times(load)} the load`;
    case 'waiting':
      return `response times grew to ${times(slowdown.value)} for ${times(load)} the load, while throughput still grew (${change(growth)})`;
    default:
      return kind satisfies never;
  }
}

function standstillEvidence({ before, after, throughput, slowdown }: Saturation) {
  const stages = [before.stage, after.stage];
  return [
    evidenceOf(
      `Throughput went from ${rate(before.total.rate ?? 0)} to ${rate(after.total.rate ?? 0)} (${change(throughput.value - 1)}) between ${list([stageName(before), stageName(after)])}.`,
      'ratio of throughputs',
      throughput,
      stages,
    ),
    evidenceOf(
      `The average response time went from ${milliseconds(before.total.responseTime?.avg ?? 0)} to ${milliseconds(after.total.responseTime?.avg ?? 0)} (${times(slowdown.value)}) between the same stages.`,
      'ratio of average response times',
      slowdown,
      stages,
    ),
  ];
}

function couplingEvidence(c: Coupling, full: boolean) {
  const stages = [c.base.stage, c.loaded.stage];
  const from = `between ${list([stageName(c.base), stageName(c.loaded)])}`;
  const slowed = c.slowed.length;
  const evidence = [
    evidenceOf(
      `${number(c.sameAdded * slowed)} of ${count(slowed, 'endpoint')} that slowed down (of those with ${fewestRequests} requests or more in both stages) did so by about the same time (within 0.8 to 1.25 of ${milliseconds(c.typicalAdded)}), ${from}: a common queue adds the same wait to all.`,
      'share of endpoints with the same added delay',
      c.sameAdded,
      stages,
    ),
    evidenceOf(
      `${number(c.sameFactor * slowed)} of ${slowed} did so by about the same factor (within 0.8 to 1.25 of ${times(c.typicalFactor)}): a processor shared in time slices slows all by the same factor.`,
      'share of endpoints with the same factor',
      c.sameFactor,
      stages,
    ),
  ];
  if (c.pattern === 'cannot-tell') {
    evidence.push(
      evidenceOf(
        `The slowest of them takes ${times(c.baseSpread)} as long as the fastest in ${stageName(c.base)}: below 3 × the two patterns look alike.`,
        'slowest over fastest endpoint at the base',
        c.baseSpread,
        [c.base.stage],
      ),
    );
  }
  for (const endpoint of c.free) {
    evidence.push(
      evidenceOf(
        `${endpoint.name} was not slowed: ${milliseconds(endpoint.baseMs)} and ${milliseconds(endpoint.loadedMs)}, where the others gained ${milliseconds(c.typicalAdded)}.`,
        `added delay of ${endpoint.name} (ms)`,
        endpoint.added,
        stages,
      ),
    );
  }
  if (full && c.parallelism !== null) {
    evidence.push(
      evidenceOf(
        `If a request's own work takes as long under load as in ${stageName(c.base)}, about ${number(c.parallelism.value, 1)} requests${within(c.parallelism, (v) => number(v, 1))} were worked on at once in ${stageName(c.loaded)}: its throughput times the response time of ${stageName(c.base)}, in which the network and some waiting are included.`,
        'effective parallelism',
        c.parallelism,
        stages,
      ),
    );
  }
  return evidence;
}

/**
 * A thread that computes delays whoever comes next by the same time, so one free endpoint excludes it. A processor
 * shared in time slices delays short work little: only an endpoint about as long as the others, and free, excludes it.
 * That the others gained the same time excludes nothing: their shares of the processor may be alike.
 */
function exclusions(c: Coupling): { cause: Cause; because: string }[] {
  const [free] = c.free.toSorted((a, b) => b.baseMs - a.baseMs);
  const typical = median(c.slowed.map((e) => e.baseMs));
  if (free === undefined || typical === null) return [];
  const went = `${free.name} took ${milliseconds(free.loadedMs)} (${milliseconds(free.baseMs)} at the base) while the others waited ${milliseconds(c.typicalAdded)} longer`;
  const thread = {
    cause: 'single-threaded' as const,
    because: `${went}: if the same process serves it, a blocked thread would delay it, too.`,
  };
  const comparable = free.baseMs * comparableWithin >= typical;
  return comparable
    ? [
        thread,
        {
          cause: 'cpu-saturation',
          because: `${went}: if the same machine serves it, a full processor would slow it, too.`,
        },
      ]
    : [thread];
}

function orderOf(c: Coupling | null): Cause[] {
  if (c?.pattern === 'same-factor') {
    return ['cpu-saturation', 'single-threaded', 'connection-pool', 'lock-contention'];
  }
  if (c?.parallelism?.high != null && c.parallelism.high < oneServer) {
    return ['single-threaded', 'lock-contention', 'connection-pool', 'cpu-saturation'];
  }
  return ['connection-pool', 'single-threaded', 'lock-contention', 'cpu-saturation'];
}

function experimentOf(c: Coupling | null): string {
  const heavy =
    c?.slowed.toSorted((a, b) => b.added.value - a.added.value)[0]?.name ?? 'the slowest endpoint';
  const rows =
    'Load one row only and many rows in turn: if only the single row is slow, it is a lock; if both are, a pool. ' +
    'With a pool, the throughput moves with its size.';
  if (c?.free[0] !== undefined) {
    return `Hold a constant load on ${heavy} alone, beyond its own limit. ${rows}`;
  }
  return (
    `Hold a constant load on ${heavy} alone, beyond its own limit, and send a few requests per second to an endpoint that touches no database, such as a static file or a health check. ` +
    'If that probe gains the same time, the thread that both share is busy. If it slows by the same factor, look at the CPU of the target meanwhile. ' +
    `If it stays fast, a pool or a lock is full. ${rows}`
  );
}
