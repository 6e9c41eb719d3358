import type { Cause, Undecided } from '../analysis.ts';

/** The causes as a reader would call them. */
export const causeNames: Readonly<Record<Cause, string>> = {
  'connection-pool': 'a full connection pool',
  'single-threaded': 'one busy thread',
  'lock-contention': 'a contended lock',
  'cpu-saturation': 'a full processor',
  'no-keep-alive': 'connections that are not kept',
  'no-cache': 'answers that are not cached',
  'slow-writes': 'slow writes',
  'n-plus-one': 'one query per row',
  'periodic-stalls': 'periodic stalls',
  'rate-limit': 'a rate limit',
  'load-shedding': 'shedding of load',
  'slow-dependency': 'a slow dependency',
  drift: 'drift with time',
  'contention-collapse': 'a collapse under contention',
  'errors-under-load': 'errors under load',
  generator: 'the load generator',
};

/** An observation that may be worth a try and is no fault. */
export function isOpportunity({ causes }: Undecided): boolean {
  return causes.length === 1 && (causes[0] === 'no-keep-alive' || causes[0] === 'no-cache');
}
