import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client, Engine, Exchange, WireRequest } from './engine.ts';
import { blankExchange } from './exchange.ts';
import { connectionLimit, OpenModel, type OpenOrder } from './open-model.ts';
import { singleRequest } from './scenarios/single-request.ts';

const request = singleRequest(0, 1);
const nothing: WireRequest = {
  data: '',
  headEnd: 0,
  bytes: 0,
  head: false,
  keepBody: false,
  keepHead: false,
  message: null,
};

/** A model on a clock that the test turns, with a target that answers after `serviceMs`, or never. */
class Bench {
  now = 0;
  clients = 0;
  /** When each request that was sent was due, and when it was sent. */
  readonly sent: [number, number][] = [];
  readonly outcomes: string[] = [];
  readonly model: OpenModel;
  readonly #serviceMs: number;
  #wake = (): void => {};
  #wakeAtMs = Number.POSITIVE_INFINITY;
  readonly #answers: { atMs: number; answer: () => void }[] = [];

  constructor(serviceMs: number) {
    this.#serviceMs = serviceMs;
    this.model = new OpenModel({
      endpoints: [
        {
          writer: { write: () => nothing, writeWith: () => nothing },
          judge: () => 'ok',
          timeoutMs: 1e6,
          redirects: 0,
          digest: null,
          setsCookie: false,
          usesUserValues: false,
          perUser: [],
        },
      ],
      choose: () => () => request,
      usesValues: false,
      origin: 'http://127.0.0.1',
      makeJar: null,
      followed: () => {},
      usedUp: () => {},
      engine: this.#engine(),
      clock: () => this.now,
      random: () => 0,
      arrivalsRandom: () => 0,
      pacer: {
        onWake: (wake: () => void) => {
          this.#wake = wake;
        },
        wakeAt: (atMs: number) => {
          this.#wakeAtMs = atMs;
        },
        cancel: () => {
          this.#wakeAtMs = Number.POSITIVE_INFINITY;
        },
      },
      record: (_endpoint, outcome, dueMs, exchange) => {
        this.outcomes.push(outcome);
        if (!outcome.startsWith('not-sent')) this.sent.push([dueMs, exchange.startMs]);
      },
    });
  }

  /** Turns the clock by single ms, doing what is due in each. */
  async turn(toMs: number): Promise<void> {
    for (; this.now < toMs; await vi.advanceTimersByTimeAsync(1)) {
      this.now += 1;
      if (this.#wakeAtMs <= this.now) {
        this.#wakeAtMs = Number.POSITIVE_INFINITY;
        this.#wake();
      }
      for (
        let first = this.#answers[0];
        first !== undefined && first.atMs <= this.now;
        first = this.#answers[0]
      ) {
        this.#answers.shift();
        first.answer();
      }
    }
  }

  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const outcome of this.outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  }

  #engine(): Engine {
    return {
      openConnections: 0,
      connectErrors: 0,
      client: (ended) => {
        this.clients += 1;
        return this.#client(ended);
      },
    };
  }

  #client(ended: () => void): Client {
    const exchange: Exchange = { ...blankExchange(), status: 200 };
    return {
      exchange,
      send: () => {
        exchange.startMs = this.now;
        exchange.connectedMs = this.now;
        const atMs = this.now + this.#serviceMs;
        const answer = (): void => {
          exchange.endMs = this.now;
          ended();
        };
        if (Number.isFinite(atMs)) this.#answers.push({ atMs, answer });
      },
      cancel: (as) => {
        exchange.failure = as;
        exchange.endMs = this.now;
        ended();
      },
      body: () => Buffer.alloc(0),
      setsCookies: false,
      headers: () => [],
      close: () => {},
    };
  }
}

/** One arrival every 10 ms for 3 s. */
const order: OpenOrder = {
  startMs: 0,
  steadyToMs: 3000,
  stopAtMs: 3000,
  arrivals: 'uniform',
  fromRatePerSecond: 0,
  rampMs: 0,
  ratePerSecond: 100,
  worker: 0,
  workers: 1,
  weights: null,
};
/** The same, one worker of so many that it may have one connection only. */
const oneConnection = { ...order, ratePerSecond: 100 * connectionLimit, workers: connectionLimit };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the open model', () => {
  it('sends each request when it is due, whatever became of those before', async () => {
    const bench = new Bench(95);
    const ended = bench.model.run(order);
    await bench.turn(3200);
    await ended;
    expect(bench.counts()).toEqual({ ok: 300 });
    expect(bench.sent.every(([due, sent]) => sent === due)).toBe(true);
    // Ten in flight at once, and each connection used again: the last that became free first.
    expect(bench.clients).toBe(10);
  });

  it('keeps as many in flight as the rate demands of a target that does not answer', async () => {
    const bench = new Bench(Number.POSITIVE_INFINITY);
    const ended = bench.model.run(order);
    await bench.turn(3100);
    expect(bench.model.readings().inFlight).toBe(300);
    bench.model.abort();
    await ended;
    expect(bench.counts()).toEqual({ aborted: 300 });
  });

  it('lets requests wait one second for a connection, and says how many were not sent', async () => {
    const bench = new Bench(Number.POSITIVE_INFINITY);
    const ended = bench.model.run(oneConnection);
    await bench.turn(2500);
    // The first is in flight; of the 250 after it those of the last second still wait (time-outs are looked for every 20 ms).
    const waiting = 251 - 1 - (bench.counts()['not-sent-busy'] ?? 0);
    expect(waiting).toBeGreaterThanOrEqual(100);
    expect(waiting).toBeLessThanOrEqual(103);
    await bench.turn(3100);
    bench.model.abort();
    await ended;
    expect(bench.counts()).toEqual({ 'not-sent-busy': 299, aborted: 1 });
  });

  it('gives a connection that becomes free to who has waited longest', async () => {
    const bench = new Bench(15);
    const ended = bench.model.run({ ...oneConnection, steadyToMs: 100, stopAtMs: 100 });
    await bench.turn(200);
    await ended;
    // Every 15 ms one of those that are due every 10 ms; what still waits at the end is not sent.
    expect(bench.sent).toEqual([
      [0, 0],
      [10, 15],
      [20, 30],
      [30, 45],
      [40, 60],
      [50, 75],
      [60, 90],
    ]);
    expect(bench.counts()).toEqual({ ok: 7, 'not-sent-busy': 3 });
  });

  it('after a stop of the generator sends what is at most a second late, the rest is told', async () => {
    const bench = new Bench(1);
    const ended = bench.model.run(order);
    await bench.turn(500);
    // The process stands still: the clock goes on, nothing happens.
    bench.now = 2500;
    await bench.turn(3100);
    bench.model.stop();
    await ended;
    // Due from 510 to 1500 at 2501 ms: more than a second ago.
    expect(bench.counts()).toEqual({ ok: 200, 'not-sent-late': 100 });
    expect(Math.max(...bench.sent.map(([due, sent]) => sent - due))).toBeLessThanOrEqual(1000);
  });

  it('tells of every arrival once when it is stopped in the middle', async () => {
    const bench = new Bench(300);
    const ended = bench.model.run(order);
    await bench.turn(1005);
    bench.model.stop();
    await bench.turn(2000);
    await ended;
    expect(bench.counts()).toEqual({ ok: 101 });
  });
});
