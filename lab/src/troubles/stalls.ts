import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { seededRandom } from '../random.ts';
import type { StallKind } from './troubles.ts';

interface Served {
  readonly route: string;
  readonly ms: number;
}

/** What the report tells of one route. */
export interface RouteReport {
  readonly count: number;
  /** Milliseconds. */
  readonly median: number;
  readonly p99: number;
}

export interface Stalls {
  /** Takes note of a request. */
  note(route: string, ms: number): void;
  /** Reports or collections so far. */
  times(): number;
  stop(): Promise<void>;
}

const reportEveryMs = 1000;
const reportOver = 150_000;
const collectEvery = 200;
/** About 240 bytes each. */
const collectOver = 1_500_000;

/**
 * Keeps a history of requests, begun with a day that is made up, and does with it what stops everything else:
 * `report` sorts all of it on the event loop every second; `garbage` has V8 collect fully, as a habit against leaks,
 * with the whole history to be marked and nothing else going on.
 */
export function startStalls(kind: StallKind, sizes = { reportOver, collectOver }): Stalls | undefined {
  switch (kind) {
    case 'off':
      return undefined;
    case 'report': {
      const history = new History(sizes.reportOver);
      let reports = 0;
      const timer = setInterval(() => {
        reportOf(history.requests);
        reports += 1;
      }, reportEveryMs);
      timer.unref();
      return {
        note: (route, ms) => history.note(route, ms),
        times: () => reports,
        stop: async () => clearInterval(timer),
      };
    }
    case 'garbage': {
      const history = new History(sizes.collectOver);
      const collect = collector();
      let [requests, collections] = [0, 0];
      return {
        note(route, ms) {
          history.note(route, ms);
          requests += 1;
          if (requests % collectEvery !== 0) return;
          collect();
          collections += 1;
        },
        times: () => collections,
        stop: async () => undefined,
      };
    }
    default:
      return kind satisfies never;
  }
}

/** The newest requests; the oldest gives way. */
class History {
  readonly requests: Served[];
  private at = 0;

  constructor(size: number) {
    const random = seededRandom(1);
    this.requests = Array.from({ length: size }, (_, index) => ({
      route: `GET /route-${index % 40}`,
      ms: random() * 100,
    }));
  }

  note(route: string, ms: number): void {
    this.requests[this.at % this.requests.length] = { route, ms };
    this.at += 1;
  }
}

/** Count, median and p99 of each route. */
export function reportOf(requests: readonly Served[]): ReadonlyMap<string, RouteReport> {
  const sorted = requests.toSorted((left, right) =>
    left.route === right.route ? left.ms - right.ms : left.route < right.route ? -1 : 1,
  );
  const times = new Map<string, number[]>();
  for (const { route, ms } of sorted) {
    const known = times.get(route);
    if (known === undefined) times.set(route, [ms]);
    else known.push(ms);
  }
  return new Map(
    [...times].map(([route, all]) => [
      route,
      { count: all.length, median: quantile(all, 0.5), p99: quantile(all, 0.99) },
    ]),
  );
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** V8 shows its collector only to contexts that are made after it was asked to. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this V8 does not show its collector');
  return () => {
    collect();
  };
}
