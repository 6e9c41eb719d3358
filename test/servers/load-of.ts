import { runLoad } from '../../src/load/run-load.ts';
import { planFor } from '../../src/load/testing/plan-for.ts';
import type { Window } from '../../src/record/run.ts';

/** What Loadline says of a run. Keys of requests are `GET /path?query 200`; the status is `-` if none came. */
export type Told = {
  readonly requests: Readonly<Record<string, number>>;
  /** Outcome → count. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Connections that were made. */
  readonly connections: number;
  /** Connections that the server ended after an answer. */
  readonly serverCloses: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
};

/**
 * Loads a real server for half a second with six users on two threads, through the whole of `src/load`.
 * `endpoints` is YAML, one a line; `more` are further lines of the plan.
 */
export async function loadOf(
  port: number,
  endpoints: string,
  users = 6,
  { scheme = 'http', more = '' } = {},
): Promise<Told> {
  const plan = await planFor(`
target: ${scheme}://127.0.0.1:${port}
${more}
endpoints:
${endpoints
  .trim()
  .split('\n')
  .map((line) => `  - ${line.trim()}`)
  .join('\n')}
load: { users: ${users}, spawnRate: 1000, duration: 500ms }
timeout: 10s
`);
  const windows: Window[] = [];
  const nothing = (): void => {};
  const state = await runLoad(plan, {
    workers: 2,
    seed: 11,
    open: () => ({
      ...{ startStage: nothing, updateStage: nothing, finishStage: nothing, event: nothing },
      writeSecond: (record) => windows.push(...record.windows),
    }),
  });
  if (state !== 'complete') throw new Error(`the run is ${state}`);
  const requests: Record<string, number> = {};
  const outcomes: Record<string, number> = {};
  for (const { endpoint, outcome, count, statuses } of windows) {
    const { method = '?', path = '?' } = plan.endpoints[endpoint] ?? {};
    let named = 0;
    for (const [status, n] of Object.entries(statuses)) {
      add(requests, `${method} ${path} ${status}`, n);
      named += n;
    }
    if (count > named) add(requests, `${method} ${path} -`, count - named);
    add(outcomes, outcome, count);
  }
  const sum = (of: (window: Window) => number): number => windows.reduce((total, one) => total + of(one), 0);
  return {
    requests,
    outcomes,
    connections: sum(({ connect }) => connect.count),
    serverCloses: sum(({ serverCloses }) => serverCloses),
    bytesIn: sum(({ bytesIn }) => bytesIn),
    bytesOut: sum(({ bytesOut }) => bytesOut),
  };
}

/** How often each key stands in a server's log. */
export function tally(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) add(counts, key, 1);
  return counts;
}

function add(counts: Record<string, number>, key: string, n: number): void {
  counts[key] = (counts[key] ?? 0) + n;
}
