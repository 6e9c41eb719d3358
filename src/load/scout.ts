import { frozen } from '../plan/frozen-data.ts';
import type { ResolvedEndpoint, ResolvedPlan } from '../plan/plan.ts';
import { probedSizes, whyNotProbed } from '../plan/probe-plan.ts';
import { withParameter } from '../plan/query-parameter.ts';
import type { RunEvent } from '../record/run.ts';
import { type Scouted, scoutedEvent } from '../record/scouting.ts';
import { type Clock, sharedClock } from './clock.ts';
import { createEngine } from './create-engine.ts';
import type { Address } from './engine.ts';
import { feederOf } from './feeder.ts';
import { requestWriter } from './request-writer.ts';
import { ScoutLine } from './scout-line.ts';
import { listLengthOf, type Seen, seenAnswer } from './scouted-answer.ts';
import { absoluteUrls } from './workload.ts';

export type Scouting = {
  /** By endpoint's index; an endpoint that gave no answer, or may not be asked alone, has none. */
  readonly answers: readonly Scouted[];
  /** Endpoint's index → requests that were sent to it: the target counted them, and no stage did. */
  readonly sent: ReadonlyMap<number, number>;
};

export type ScoutOptions = {
  /** Aborted: what is known by then is given. */
  readonly stop?: AbortSignal;
  readonly clock?: Clock;
  /** The longest that it all may take. */
  readonly withinMs?: number;
};

/** All of the scouting, and one request of it. */
const scoutWithinMs = 3000;
const answerWithinMs = 1500;

/** Endpoints that are asked at the same time; each over one connection, one request after the other. */
const lines = 4;

/** A plan of more endpoints is scouted by its first ones. */
const mostScouted = 64;

/** Query parameters by which APIs let a list be cut, by custom. */
const sizeParameters = ['limit', '_limit', 'per_page', 'pageSize', 'page_size', 'size', 'first', 'top'];

/**
 * Asks each endpoint that may be asked without harm (see `whyNotProbed`) a few single requests, always with the first row
 * of its data: twice the same, and lists with the usual parameters that bound their size. Never throws for what the
 * target does: an endpoint that does not answer in time is left out.
 */
export async function scout(
  plan: ResolvedPlan,
  address: Address,
  { stop, clock = sharedClock(), withinMs = scoutWithinMs }: ScoutOptions = {},
): Promise<Scouting> {
  const untilMs = clock() + withinMs;
  const perUser =
    plan.connection === undefined ? undefined : { ...plan.connection, policy: { kind: 'per-user' as const } };
  const engine = createEngine(address, perUser, clock);
  const waiting = plan.endpoints
    .flatMap((endpoint, index) => {
      const planned = plan.plan.endpoints[index];
      return planned === undefined || whyNotProbed(planned) !== null ? [] : [{ endpoint, index }];
    })
    .slice(0, mostScouted)
    .values();
  const answers: Scouted[] = [];
  const sent = new Map<number, number>();
  const inLine = async (): Promise<void> => {
    const line = new ScoutLine(engine);
    try {
      // All lines take from the same iterator.
      for (const { endpoint, index } of waiting) {
        const ask = async (path: string): Promise<Seen | null> => {
          const timeoutMs = Math.min(answerWithinMs, endpoint.timeoutMs, untilMs - clock());
          if (timeoutMs <= 0 || stop?.aborted === true) return null;
          const request = requestOf(plan, { ...endpoint, path }, address);
          if (request === null) return null;
          sent.set(index, (sent.get(index) ?? 0) + 1);
          return (await line.ask(request, timeoutMs, stop)) ? seenAnswer(line.client) : null;
        };
        const scouted = await scoutEndpoint(endpoint, index, plan.connection?.http ?? 1, ask);
        if (scouted !== null) answers.push(scouted);
      }
    } finally {
      line.close();
    }
  };
  await Promise.all(Array.from({ length: lines }, inLine));
  return { answers: answers.sort((a, b) => a.endpoint - b.endpoint), sent };
}

/** The scouting as it stands in the run: each endpoint's answer, and how many requests it took. */
export function scoutingEvents(
  { answers, sent }: Scouting,
  { plan }: Pick<ResolvedPlan, 'plan'>,
  atMs: number,
): readonly RunEvent[] {
  const total = [...sent.values()].reduce((sum, count) => sum + count, 0);
  const each = [...sent]
    .sort(([a], [b]) => a - b)
    .map(([index, count]) => `${count} ${plan.endpoints[index]?.name ?? 'others'}`);
  return [
    ...answers.map((answer) => scoutedEvent(answer, atMs)),
    {
      atMs,
      kind: 'scouting',
      text: `before the load ${total} single requests were sent${total === 0 ? '' : `: ${each.join(', ')}`}`,
    },
  ];
}

type Ask = (path: string) => Promise<Seen | null>;

async function scoutEndpoint(
  endpoint: ResolvedEndpoint,
  index: number,
  http: 1 | 2,
  ask: Ask,
): Promise<Scouted | null> {
  const { path } = endpoint;
  const first = await ask(path);
  if (first === null) return null;
  const second = await ask(path);
  const listLength = listLengthOf(first);
  return {
    endpoint: index,
    ...first.told,
    httpVersion: http === 2 ? '2' : '1.1',
    listLength,
    // What is longer than the kept part cannot be compared as a whole; the lengths then tell the most of it.
    identicalBodies:
      second === null || endpoint.method === 'HEAD'
        ? null
        : first.told.status === second.told.status && first.body.equals(second.body),
    closes: first.told.closes || (second?.told.closes ?? false),
    ...(listLength === null || listLength < 2
      ? { sizeParameters: {} }
      : await sizesOf(path, listLength, ask)),
  };
}

/**
 * Which parameter bounds the list. All at once are asked first: an API that knows none of them answers as before, and
 * that is the end of it. One alone counts if the value 1 makes the list shorter without emptying it (some servers take an
 * unknown parameter for a filter).
 */
async function sizesOf(
  path: string,
  listLength: number,
  ask: Ask,
): Promise<Pick<Scouted, 'sizeParameters' | 'sizeLengths'>> {
  const none = { sizeParameters: {} };
  const written = sizeParameters.filter((name) => new RegExp(`[?&]${name}=`).test(path));
  const candidates = written.length > 0 ? written : sizeParameters;
  if (candidates.length > 1) {
    const all = await ask(candidates.reduce((asked, name) => withParameter(asked, name, 1), path));
    if (all === null || (all.told.status < 300 && listLengthOf(all) === listLength)) return none;
  }
  for (const name of candidates) {
    const one = await ask(withParameter(path, name, 1));
    if (one === null) return none;
    const length = one.told.status < 300 ? listLengthOf(one) : null;
    if (length === null || length < 1 || length >= listLength) continue;
    const sizeLengths: Record<string, number> = { 1: length };
    for (const size of probedSizes.slice(1)) {
      const answer = await ask(withParameter(path, name, size));
      const rows = answer === null || answer.told.status >= 300 ? null : listLengthOf(answer);
      if (rows === null) break;
      sizeLengths[String(size)] = rows;
    }
    return { sizeParameters: { [name]: length }, sizeLengths };
  }
  return none;
}

function requestOf(plan: ResolvedPlan, endpoint: ResolvedEndpoint, address: Address) {
  const one = frozen(endpoint);
  const writer = requestWriter(one, {
    host: new URL(plan.target).host,
    http: plan.connection?.http ?? 1,
    close: false,
    proxy: absoluteUrls(plan, address),
    reads: true,
    feeders: one.tables.map((table) => feederOf(table, { worker: 0, workers: 1 })),
  });
  return writer.write(() => 0, {});
}
