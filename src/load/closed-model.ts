import type { GeneratorHealth } from '../observe/generator-health.ts';
import type { ThinkTime } from '../plan/plan.ts';
import { drawThinkTime } from './draw-think-time.ts';
import { type UserHost, VirtualUser } from './user.ts';
import type { Choice, Workload } from './workload.ts';
import type { ModelReadings, WorkloadModel } from './workload-model.ts';

/** A stage's users that fall to one worker. Times on the shared clock. */
export type ClosedOrder = {
  /** When each user starts, ascending. */
  readonly spawnAtMs: readonly number[];
  /** When users leave, one at each time, first come, first gone, ascending; those that are left leave at `stopAtMs`. */
  readonly retireAtMs: readonly number[];
  readonly stopAtMs: number;
  /** Between two passes of a user. */
  readonly thinkTime: ThinkTime;
  /** A user's passes begin at least so far apart; 0: no matter. */
  readonly pacingMs: number;
  /** By endpoint; null: the plan's mix. */
  readonly weights: readonly number[] | null;
};

/** How often time-outs are looked for; a time-out is late by this at most. */
const sweepEveryMs = 20;

/**
 * Closed model: each user carries out a scenario, thinks, and carries out the next. The number of users bounds the
 * requests in flight, so the model describes people, not arrivals: its percentiles hold "given N users".
 */
export class ClosedModel implements WorkloadModel<ClosedOrder>, UserHost {
  readonly workload: Workload;
  /** Counts as think time, so that the response-time law still holds. */
  readonly pauseAfterFailedConnectMs = 100;
  #users: VirtualUser[] = [];
  #order: ClosedOrder | null = null;
  #choose: Choice;
  #health: GeneratorHealth | null = null;
  #timers: NodeJS.Timeout[] = [];
  #drained: (() => void) | null = null;
  #stopping = true;
  #retired = 0;
  #inFlight = 0;
  #started = 0;
  #thinkSumMs = 0;
  #thinkCount = 0;

  constructor(workload: Workload) {
    this.workload = workload;
    this.#choose = workload.choose(null);
  }

  readings(): ModelReadings {
    return {
      inFlight: this.#inFlight,
      users: this.#users.length - this.#retired,
      started: this.#started,
      thinkSumMs: this.#thinkSumMs,
      thinkCount: this.#thinkCount,
    };
  }

  watchedBy(health: GeneratorHealth): void {
    this.#health = health;
  }

  run(order: ClosedOrder): Promise<void> {
    this.#stopping = false;
    this.#users = [];
    this.#retired = 0;
    this.#order = order;
    this.#choose = this.workload.choose(order.weights);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    this.#at(order.spawnAtMs, (dueMs, now) => {
      const user = new VirtualUser(this);
      this.#users.push(user);
      this.#begin(user, Math.min(dueMs, now), now);
    });
    this.#at(order.retireAtMs, () => {
      const user = this.#users[this.#retired];
      if (user === undefined) return;
      this.#retired += 1;
      user.isLeaving = true;
      if (!user.isBusy) this.#leave(user);
    });
    this.#timers.push(
      setInterval(() => this.#sweep(), sweepEveryMs),
      setTimeout(() => this.stop(), Math.max(0, order.stopAtMs - this.workload.clock())),
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

  begun(): void {
    this.#inFlight += 1;
    this.#started += 1;
  }

  ended(user: VirtualUser, lagMs: number): boolean {
    this.#inFlight -= 1;
    this.#health?.sendLag.record(lagMs * 1000);
    if (this.#stopping) {
      this.#settle();
      return false;
    }
    if (user.isLeaving) this.#leave(user);
    return !user.isLeaving;
  }

  thought(ms: number): void {
    this.#thinkSumMs += ms;
    this.#thinkCount += 1;
  }

  finished(user: VirtualUser): void {
    const { dueMs, passDueMs } = user;
    const { thinkTime, pacingMs } = this.#order ?? noOrder;
    const thinkMs = drawThinkTime(thinkTime, this.workload.random);
    const pauseMs = pacingMs > 0 ? Math.max(thinkMs, passDueMs + pacingMs - dueMs) : thinkMs;
    user.pause(pauseMs, (now) => this.#begin(user, user.dueMs, now));
  }

  #begin(user: VirtualUser, dueMs: number, now: number): void {
    user.begin(this.#choose(), dueMs, now);
  }

  /** Calls `act` at each of the times. */
  #at(timesMs: readonly number[], act: (dueMs: number, now: number) => void, from = 0): void {
    if (this.#stopping) return;
    const now = this.workload.clock();
    let next = from;
    while (next < timesMs.length && (timesMs[next] ?? 0) <= now) {
      act(timesMs[next] ?? now, now);
      next += 1;
    }
    if (next < timesMs.length) {
      const waitMs = Math.ceil((timesMs[next] ?? 0) - now);
      this.#timers.push(setTimeout(() => this.#at(timesMs, act, next), waitMs));
    }
  }

  #sweep(): void {
    const now = this.workload.clock();
    for (const user of this.#users) if (user.deadlineMs < now) user.client.cancel('timeout');
  }

  #leave(user: VirtualUser): void {
    user.retire();
    user.client.close();
  }

  #settle(): void {
    if (!this.#stopping || this.#inFlight > 0 || this.#drained === null) return;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    for (const user of this.#users) user.client.close();
    this.#users = [];
    this.#retired = 0;
    this.#drained();
    this.#drained = null;
  }
}

const noOrder: Pick<ClosedOrder, 'thinkTime' | 'pacingMs'> = {
  thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 },
  pacingMs: 0,
};
