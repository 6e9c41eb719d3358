import type { GeneratorHealth, GeneratorReadings } from '../observe/generator-health.ts';
import type { Expectation, ThinkTime } from '../plan/plan.ts';
import type { Outcome } from '../record/run.ts';
import type { Clock } from './clock.ts';
import type { Client, Engine, Exchange, Failure } from './engine.ts';
import type { Mix } from './mix.ts';
import type { RequestWriter } from './request-writer.ts';
import type { WorkloadModel } from './workload-model.ts';

/**
 * Timers count whole ms, so a think time is known to this grain only: lateness within it was thinking. Lateness beyond
 * it is the generator's, and the wait counts from when the request was due.
 */
const timerGrainMs = 1.5;

/** What every user of a worker shares. */
export type Workload = {
  readonly endpoints: readonly WorkloadEndpoint[];
  readonly mix: Mix;
  readonly thinkTime: ThinkTime;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called once for every request that was begun. */
  readonly record: (endpoint: number, outcome: Outcome, intendedMs: number, exchange: Exchange) => void;
};

export type WorkloadEndpoint = {
  readonly write: RequestWriter;
  readonly expect: Expectation;
  readonly timeoutMs: number;
};

/** A stage's users that fall to one worker. Times on the shared clock. */
export type ClosedOrder = {
  readonly kind: 'closed';
  /** When each user starts, ascending. */
  readonly spawnAtMs: readonly number[];
  /** When each of them, the first started first, begins no more requests; ascending, none after `stopAtMs`. */
  readonly retireAtMs: readonly number[];
  readonly stopAtMs: number;
};

/** How often time-outs are looked for; a time-out is late by this at most. */
const sweepEveryMs = 20;

/**
 * After a failed connection a user waits at least this long, or users without think time would spin on a target that
 * is down. It counts as think time, so that the response-time law still holds.
 */
const pauseAfterFailedConnectMs = 100;

/**
 * Closed model: each user sends a request, waits for its answer, thinks, and sends the next. The number of users
 * bounds the requests in flight, so the model describes people, not arrivals: its percentiles hold "given N users".
 */
export class ClosedModel implements WorkloadModel<ClosedOrder> {
  readonly #workload: Workload;
  readonly #users: VirtualUser[] = [];
  #health: GeneratorHealth | null = null;
  #timers: NodeJS.Timeout[] = [];
  #drained: (() => void) | null = null;
  #stopping = false;
  #alive = 0;
  inFlight = 0;
  started = 0;
  thinkSumMs = 0;
  thinkCount = 0;

  constructor(workload: Workload) {
    this.#workload = workload;
  }

  readings(): GeneratorReadings {
    const { openConnections, connectErrors } = this.#workload.engine;
    const { inFlight, started, thinkSumMs, thinkCount } = this;
    return { inFlight, users: this.#alive, started, thinkSumMs, thinkCount, openConnections, connectErrors };
  }

  watchedBy(health: GeneratorHealth): void {
    this.#health = health;
  }

  /** Runs one stage; resolves when the last answer is in. */
  run(order: ClosedOrder): Promise<void> {
    this.#stopping = false;
    this.#users.length = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    this.#spawn(order.spawnAtMs, 0);
    this.#timers.push(
      setInterval(() => this.#sweep(), sweepEveryMs),
      setTimeout(() => this.stop(), Math.max(0, order.stopAtMs - this.#workload.clock())),
    );
    return promise;
  }

  /** No user starts another request; what is in flight is awaited. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const user of this.#users) user.retire();
    this.#settle();
  }

  /** Gives up what is in flight. */
  abort(): void {
    this.stop();
    for (const user of this.#users) user.client.cancel('aborted');
  }

  #spawn(spawnAtMs: readonly number[], from: number): void {
    if (this.#stopping) return;
    const now = this.#workload.clock();
    let next = from;
    while (next < spawnAtMs.length && (spawnAtMs[next] ?? 0) <= now) {
      const user = new VirtualUser(this, this.#workload);
      this.#users.push(user);
      this.#alive += 1;
      user.begin(spawnAtMs[next] ?? now, now);
      next += 1;
    }
    if (next < spawnAtMs.length) {
      this.#timers.push(
        setTimeout(() => this.#spawn(spawnAtMs, next), Math.ceil((spawnAtMs[next] ?? 0) - now)),
      );
    }
  }

  #sweep(): void {
    const now = this.#workload.clock();
    for (const user of this.#users) if (user.deadlineMs < now) user.client.cancel('timeout');
  }

  #settle(): void {
    if (!this.#stopping || this.inFlight > 0 || this.#drained === null) return;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    for (const user of this.#users) user.client.close();
    this.#users.length = 0;
    this.#alive = 0;
    this.#drained();
    this.#drained = null;
  }

  /** @internal A user begins a request. */
  begun(): void {
    this.inFlight += 1;
    this.started += 1;
  }

  /** @internal A user's request ended, that was sent so late; true: go on. */
  ended(lagMs: number): boolean {
    this.inFlight -= 1;
    this.#health?.sendLag.record(lagMs * 1000);
    if (!this.#stopping) return true;
    this.#settle();
    return false;
  }

  /** @internal */
  thought(ms: number): void {
    this.thinkSumMs += ms;
    this.thinkCount += 1;
  }
}

class VirtualUser {
  readonly client: Client;
  /** When the request under way times out; infinite while none is. */
  deadlineMs = Number.POSITIVE_INFINITY;
  readonly #model: ClosedModel;
  readonly #workload: Workload;
  #timer: NodeJS.Timeout | null = null;
  #intendedMs = 0;
  #lastEndMs = 0;
  #endpoint = 0;

  constructor(model: ClosedModel, workload: Workload) {
    this.#model = model;
    this.#workload = workload;
    this.client = workload.engine.client(() => this.#ended());
  }

  begin(intendedMs: number, nowMs: number): void {
    const { mix, random, endpoints } = this.#workload;
    this.#endpoint = mix(random);
    const endpoint = endpoints[this.#endpoint];
    if (endpoint === undefined)
      throw new RangeError(`the mix picked endpoint ${this.#endpoint} of ${endpoints.length}`);
    const request = endpoint.write(random);
    this.#intendedMs = Math.min(intendedMs, nowMs);
    this.deadlineMs = nowMs + endpoint.timeoutMs;
    this.#model.begun();
    this.client.send(request);
  }

  /** Ends the thinking: no request follows. */
  retire(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #ended(): void {
    const { exchange } = this.client;
    const { record, thinkTime, random, endpoints, clock } = this.#workload;
    this.deadlineMs = Number.POSITIVE_INFINITY;
    const expect = endpoints[this.#endpoint]?.expect;
    record(
      this.#endpoint,
      exchange.failure ?? outcomeOf(exchange.status, expect, this.client),
      this.#intendedMs,
      exchange,
    );
    if (!this.#model.ended(exchange.startMs - this.#intendedMs)) return;
    this.#lastEndMs = exchange.endMs;
    let thinkMs =
      thinkTime.kind === 'uniform' ? thinkTime.minMs + random() * (thinkTime.maxMs - thinkTime.minMs) : 0;
    if (notConnected(exchange.failure)) thinkMs = Math.max(thinkMs, pauseAfterFailedConnectMs);
    if (thinkMs === 0) {
      this.begin(exchange.endMs, exchange.endMs);
      return;
    }
    const nextMs = exchange.endMs + thinkMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        const now = clock();
        const intendedMs = now - nextMs < timerGrainMs ? now : nextMs;
        this.#model.thought(intendedMs - this.#lastEndMs);
        this.begin(intendedMs, now);
      },
      Math.max(0, Math.round(nextMs - clock())),
    );
  }
}

function notConnected(failure: Failure | null): boolean {
  return failure === 'refused' || failure === 'unreachable' || failure === 'tls';
}

/** Judges a complete answer by the plan's expectation. */
export function outcomeOf(status: number, expect: Expectation | undefined, client: Client): Outcome {
  if (expect === undefined) return 'ok';
  const accepted = expect.status.length > 0 ? expect.status.includes(status) : status >= 200 && status < 400;
  if (!accepted) return 'status';
  if (expect.bodyContains !== null && !client.body().includes(expect.bodyContains)) return 'expectation';
  return 'ok';
}
