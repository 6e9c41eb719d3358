import type { PlantedCause } from '../ground-truth.ts';
import type { Troubles } from './troubles.ts';

/** Key derivation on one core. */
const roundMs = 2.5;
/** A machine of so many cores is assumed; their number decides only whether computing or another limit comes first. */
const cores = 2;
/** The share of the requests that go to the resource that is asked for most. */
const hottestShare = 0.6;

/**
 * The causes that the troubles plant. What turns requests away or lets one in at a time is the limit if it comes before
 * `capacityPerSecond`, that of the pool and the event loop. A request alone holds its connection for `holdMs`.
 */
export function troubleCauses(
  troubles: Troubles,
  capacityPerSecond: number,
  holdMs: number,
): readonly PlantedCause[] {
  const planted: PlantedCause[] = [];
  const { countUses, computeRounds, dependencyCommits, stalls, admitRate, shedAbove, trailRows } = troubles;
  const limits = [
    { cause: 'lock-contention', at: lockCapacity(countUses, holdMs), because: lockReason(countUses) },
    {
      cause: 'contention-collapse',
      at: countUses === 'optimistic' ? 0 : undefined,
      because: 'a request that another overtook does all its work again',
    },
    {
      cause: 'cpu-saturation',
      at: computeRounds > 0 ? (cores * 1000) / (computeRounds * roundMs) : undefined,
      because: `${computeRounds} key derivations for each answer, on all cores`,
    },
    {
      cause: 'rate-limit',
      at: admitRate > 0 ? admitRate : undefined,
      because: `${admitRate} requests per second are taken`,
    },
    {
      cause: 'load-shedding',
      at: shedAbove > 0 ? (shedAbove * 1000) / holdMs : undefined,
      because: `${shedAbove} requests in flight are taken`,
    },
  ] as const;
  const first = Math.min(capacityPerSecond, ...limits.map(({ at }) => at ?? Number.POSITIVE_INFINITY));
  for (const { cause, at, because } of limits) {
    if (at !== undefined) planted.push({ cause, role: at <= first ? 'limit' : 'present', because });
  }
  if (dependencyCommits > 0) {
    planted.push({
      cause: 'slow-dependency',
      role: 'present',
      because: `reading users waits for another service's ${dependencyCommits} commits`,
    });
  }
  if (stalls !== 'off') {
    planted.push({
      cause: 'periodic-stalls',
      role: 'present',
      because:
        stalls === 'report' ? 'a report on the event loop every second' : 'full collections of a large heap',
    });
  }
  if (trailRows > 0) {
    planted.push({
      cause: 'drift',
      role: 'present',
      because: `a table that grows by ${trailRows} rows with each request is searched by each`,
    });
  }
  return planted;
}

/** Requests per second that pass a lock held for a request's whole transaction. */
function lockCapacity(countUses: Troubles['countUses'], holdMs: number): number | undefined {
  switch (countUses) {
    case 'row-lock':
      return 1000 / holdMs / hottestShare;
    case 'table-lock':
      return 1000 / holdMs;
    case 'off':
    case 'optimistic':
      return undefined;
    default:
      return countUses satisfies never;
  }
}

function lockReason(countUses: Troubles['countUses']): string {
  return countUses === 'table-lock'
    ? 'each request locks the table of uses to its commit'
    : "each request locks its resource's row of uses to its commit";
}
