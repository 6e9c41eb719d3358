import type { GeneratorHealth } from '../observe/generator-health.ts';
import type { Outcome } from '../record/run.ts';
import { type Arrivals, arrivalsOf } from './arrivals.ts';
import { blankExchange } from './exchange.ts';
import type { Pacer } from './pacer.ts';
import { type UserHost, VirtualUser } from './user.ts';
import { WaitingLine } from './waiting-line.ts';
import type { Choice, Workload } from './workload.ts';
import type { ModelReadings, WorkloadModel } from './workload-model.ts';

export type OpenWorkload = Workload & {
  /** Arrivals have their own, so that they do not depend on what the requests draw. */
  readonly arrivalsRandom: () => number;
  readonly pacer: Pick<Pacer, 'onWake' | 'wakeAt' | 'cancel'>;
};

/** A stage's arrivals that fall to one worker. Times on the shared clock. */
export type OpenOrder = {
  readonly startMs: number;
  /** From here on the rate goes down. */
  readonly steadyToMs: number;
  /** No request is due any more. */
  readonly stopAtMs: number;
  readonly arrivals: 'poisson' | 'uniform';
  /** Rates are those of all workers together. The first goes to the other in a straight line, over `rampMs`. */
  readonly fromRatePerSecond: number;
  readonly rampMs: number;
  readonly ratePerSecond: number;
  readonly worker: number;
  readonly workers: number;
  /** By endpoint; null: the plan's mix. */
  readonly weights: readonly number[] | null;
};

/** Connections of all workers together. Linux gives a client 28,232 ports to one address: this leaves some to others. */
export const connectionLimit = 10_000;

/**
 * A request that could not be sent this long after it was due is not sent any more: a generator that fell behind would
 * only send its own backlog as a burst that nobody asked for. The wait for a free connection ends then as well.
 */
const longestLagMs = 1000;

/** Arrivals of one worker that may wait for a free connection. */
const backlogLimit = 100_000;

/**
 * So many connections may be in the making, unless they take longer than `openingMs`: to make one costs many times
 * what a request costs. A generator that starts cold, or was stopped for a moment, would be busy making thousands that
 * nobody needs, and be late for good. Those of a target that does not answer don't count: it is to get what it is owed.
 */
const openingLimit = 64;
const openingMs = 100;

/** So many arrivals are dealt with before answers are read again. */
const burst = 128;

/** How often time-outs are looked for; a time-out is late by this at most. */
const sweepEveryMs = 20;

/**
 * Open model: requests are sent when they are due, whatever became of those before. So a slow target gets as many
 * requests at once as the rate demands (Schroeder et al., NSDI'06), each on a connection that no other one uses, and a
 * request's time counts from when it was due.
 */
export class OpenModel implements WorkloadModel<OpenOrder>, UserHost {
  readonly workload: OpenWorkload;
  /** Arrivals wait for nobody. */
  readonly pauseAfterFailedConnectMs = 0;
  /** Each with a connection; one serves arrival after arrival. */
  readonly #users: VirtualUser[] = [];
  /** Last in, first out: no more connections are kept busy than are needed. */
  readonly #free: VirtualUser[] = [];
  /** Connections in the making, oldest first. */
  readonly #opening = new WaitingLine<VirtualUser>();
  /** When the arrivals that wait for a free connection were due. */
  readonly #backlog = new WaitingLine<number>();
  #userLimit = connectionLimit;
  #health: GeneratorHealth | null = null;
  #timers: NodeJS.Timeout[] = [];
  #drained: (() => void) | null = null;
  #stopping = true;
  #arrivals: Arrivals = () => Number.POSITIVE_INFINITY;
  #startMs = 0;
  #stopAtMs = 0;
  #nextMs = Number.POSITIVE_INFINITY;
  #inFlight = 0;
  #started = 0;
  #thinkSumMs = 0;
  #choose: Choice;
  #thinkCount = 0;

  constructor(workload: OpenWorkload) {
    this.workload = workload;
    this.#choose = workload.choose(null);
    workload.pacer.onWake(() => this.#pace());
  }

  readings(): ModelReadings {
    return {
      inFlight: this.#inFlight,
      users: 0,
      started: this.#started,
      thinkSumMs: this.#thinkSumMs,
      thinkCount: this.#thinkCount,
    };
  }

  watchedBy(health: GeneratorHealth): void {
    this.#health = health;
  }

  run(order: OpenOrder): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    this.#stopping = false;
    this.#choose = this.workload.choose(order.weights);
    this.#arrivals = arrivalsOf({
      ...order,
      kind: order.arrivals,
      rate: {
        ...order,
        fullToMs: order.steadyToMs - order.startMs,
        rampDownMs: order.stopAtMs - order.steadyToMs,
      },
      random: this.workload.arrivalsRandom,
    });
    this.#userLimit = Math.max(1, Math.floor(connectionLimit / order.workers));
    this.#startMs = order.startMs;
    this.#stopAtMs = order.stopAtMs;
    this.#advance();
    this.#timers.push(
      setInterval(() => this.#sweep(), sweepEveryMs),
      setTimeout(() => this.stop(), Math.max(0, order.stopAtMs - this.workload.clock())),
    );
    this.#pace();
    return promise;
  }

  /** What was due by now is still sent, as far as a connection is free; the rest is recorded as not sent. */
  stop(): void {
    if (this.#stopping) return;
    const now = this.workload.clock();
    this.#dispatch(now, burst);
    this.#stopping = true;
    this.workload.pacer.cancel();
    for (; this.#nextMs <= now; this.#advance()) this.#unsent('not-sent-late', this.#nextMs, now);
    for (let due = this.#backlog.first(); due !== null; due = this.#backlog.first()) {
      this.#backlog.shift();
      this.#unsent('not-sent-busy', due, now);
    }
    for (const user of this.#users) user.retire();
    this.#settle();
  }

  abort(): void {
    this.stop();
    for (const user of this.#users) user.client.cancel('aborted');
  }

  #advance(): void {
    const next = this.#startMs + this.#arrivals();
    this.#nextMs = next < this.#stopAtMs ? next : Number.POSITIVE_INFINITY;
  }

  #pace(): void {
    if (this.#stopping) return;
    const now = this.workload.clock();
    this.#serveBacklog(now);
    this.#dispatch(now, burst);
    if (this.#nextMs < Number.POSITIVE_INFINITY) this.workload.pacer.wakeAt(this.#nextMs);
  }

  /** Sends what is due at `now`, at most so many. */
  #dispatch(now: number, most: number): void {
    for (let left = most; this.#nextMs <= now && left > 0; left -= 1) {
      const due = this.#nextMs;
      this.#advance();
      if (now - due > longestLagMs) this.#unsent('not-sent-late', due, now);
      else this.#arrive(due, now);
    }
  }

  #arrive(due: number, now: number): void {
    // Who waits already comes first.
    const user = this.#backlog.length === 0 ? this.#freeUser(now) : null;
    if (user !== null) this.#send(user, due, now);
    else if (this.#backlog.length < backlogLimit) this.#backlog.push(due);
    else this.#unsent('not-sent-busy', due, now);
  }

  #freeUser(now: number): VirtualUser | null {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#users.length >= this.#userLimit || this.#isOpeningEnough(now)) return null;
    const user = new VirtualUser(this);
    this.#users.push(user);
    this.#opening.push(user);
    return user;
  }

  #isOpeningEnough(now: number): boolean {
    for (let user = this.#opening.first(); user !== null; user = this.#opening.first()) {
      const { connectedMs, startMs } = user.client.exchange;
      if (connectedMs === 0 && user.isBusy && now - startMs < openingMs) break;
      this.#opening.shift();
    }
    return this.#opening.length >= openingLimit;
  }

  #send(user: VirtualUser, due: number, now: number): void {
    this.#started += 1;
    user.renew();
    user.begin(this.#choose(), due, now);
  }

  begun(): void {
    this.#inFlight += 1;
  }

  ended(user: VirtualUser, lagMs: number): boolean {
    // Known only now: the engine may have held the request back until it had read what was readable.
    this.#health?.sendLag.record(lagMs * 1000);
    this.#inFlight -= 1;
    if (!this.#stopping) return true;
    this.#free.push(user);
    this.#settle();
    return false;
  }

  thought(ms: number): void {
    this.#thinkSumMs += ms;
    this.#thinkCount += 1;
  }

  finished(user: VirtualUser): void {
    this.#free.push(user);
    if (this.#stopping) return;
    const { dueMs } = user;
    this.#serveBacklog(dueMs);
    // The loop is awake now: what is due takes the connection that became free, and need not wait for its tick.
    this.#dispatch(dueMs, 1);
  }

  /** Gives a free connection to who waits longest; who has waited too long is not sent. */
  #serveBacklog(now: number): void {
    for (let due = this.#backlog.first(); due !== null; due = this.#backlog.first()) {
      const late = now - due > longestLagMs;
      const user = late ? null : this.#freeUser(now);
      if (!late && user === null) return;
      this.#backlog.shift();
      if (user === null) this.#unsent('not-sent-busy', due, now);
      else this.#send(user, due, now);
    }
  }

  #unsent(outcome: Outcome, due: number, now: number): void {
    this.workload.record(this.#choose().first, outcome, due, {
      ...blankExchange(),
      startMs: now,
      endMs: now,
    });
  }

  #sweep(): void {
    const now = this.workload.clock();
    for (const user of this.#users) if (user.deadlineMs < now) user.client.cancel('timeout');
    if (!this.#stopping) this.#serveBacklog(now);
  }

  #settle(): void {
    if (!this.#stopping || this.#inFlight > 0 || this.#drained === null) return;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    for (const user of this.#users) user.client.close();
    this.#users.length = 0;
    this.#free.length = 0;
    this.#opening.clear();
    this.#drained();
    this.#drained = null;
  }
}
