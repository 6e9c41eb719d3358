import { randomExponential } from '../../record/random.ts';

/** Events in the order of their time; equal times in the order in which they were added. */
export class Agenda {
  #times: number[] = [];
  #orders: number[] = [];
  #actions: (() => void)[] = [];
  #added = 0;

  get nextTime(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  add(time: number, action: () => void): void {
    let at = this.#times.length;
    const order = this.#added;
    this.#added += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#times[parent] ?? 0) <= time) break;
      this.#place(at, parent);
      at = parent;
    }
    this.#set(at, time, order, action);
  }

  /** Removes the earliest event and runs it. */
  run(): void {
    const action = this.#actions[0];
    const lastTime = this.#times.pop();
    const lastOrder = this.#orders.pop();
    const lastAction = this.#actions.pop();
    const length = this.#times.length;
    if (length > 0 && lastTime !== undefined && lastOrder !== undefined && lastAction !== undefined) {
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= length) break;
        if (child + 1 < length && this.#before(child + 1, child)) child += 1;
        const childTime = this.#times[child] ?? 0;
        const childOrder = this.#orders[child] ?? 0;
        if (lastTime < childTime || (lastTime === childTime && lastOrder < childOrder)) break;
        this.#place(at, child);
        at = child;
      }
      this.#set(at, lastTime, lastOrder, lastAction);
    }
    action?.();
  }

  #before(a: number, b: number): boolean {
    const timeA = this.#times[a] ?? 0;
    const timeB = this.#times[b] ?? 0;
    return timeA < timeB || (timeA === timeB && (this.#orders[a] ?? 0) < (this.#orders[b] ?? 0));
  }

  #place(at: number, from: number): void {
    this.#set(at, this.#times[from] ?? 0, this.#orders[from] ?? 0, this.#actions[from] ?? (() => {}));
  }

  #set(at: number, time: number, order: number, action: () => void): void {
    this.#times[at] = time;
    this.#orders[at] = order;
    this.#actions[at] = action;
  }
}

/** Where work waits and is served. `serve` calls `done` when the demand (µs) was worked off. */
export type Station = { readonly serve: (demandUs: number, done: () => void) => void };

/** m servers, first come, first served: a connection pool, a lock (m = 1), an event loop. */
export function fifoStation(agenda: Agenda, clock: WorkClock, servers: number): Station {
  const waiting: { demandUs: number; done: () => void }[] = [];
  let head = 0;
  let busy = 0;
  const start = (demandUs: number, done: () => void) => {
    busy += 1;
    agenda.add(clock.after(demandUs), () => {
      busy -= 1;
      const next = waiting[head];
      if (next) {
        head += 1;
        if (head > 1024 && head * 2 > waiting.length) {
          waiting.splice(0, head);
          head = 0;
        }
        start(next.demandUs, next.done);
      }
      done();
    });
  };
  return {
    serve(demandUs, done) {
      if (busy < servers) start(demandUs, done);
      else waiting.push({ demandUs, done });
    },
  };
}

/** Places that are held for as long as their holder likes, given to those who wait in their order. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  acquire(then: () => void): void {
    if (this.#free > 0) {
      this.#free -= 1;
      then();
    } else this.#waiting.push(then);
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}

/**
 * m processors shared by all who are there: each runs at min(1, m/n), or at what `speedOf` says of n. Attained
 * service grows alike for all, so jobs end in the order of (attained service at arrival + demand).
 */
export function sharedStation(
  agenda: Agenda,
  clock: WorkClock,
  processors: number,
  speedOf: (present: number) => number = (present) => Math.min(1, processors / present),
): Station {
  const finish = new Agenda();
  let present = 0;
  let attained = 0;
  let updatedAt = 0;
  let epoch = 0;
  const speed = () => speedOf(present);
  const update = () => {
    const now = clock.work();
    if (present > 0) attained += (now - updatedAt) * speed();
    updatedAt = now;
  };
  const plan = () => {
    epoch += 1;
    if (present === 0) return;
    const mine = epoch;
    agenda.add(clock.after(Math.max(0, finish.nextTime - attained) / speed()), () => {
      if (mine !== epoch) return;
      update();
      attained = Math.max(attained, finish.nextTime);
      present -= 1;
      finish.run();
      plan();
    });
  };
  return {
    serve(demandUs, done) {
      update();
      present += 1;
      finish.add(attained + demandUs, done);
      plan();
    },
  };
}

/**
 * The time in which stations work: it stands still during stalls (every `everyUs`, for `lengthUs`), as in a stop-the-
 * world collection or a throttled container.
 */
export class WorkClock {
  now = 0;
  readonly #everyUs: number;
  readonly #lengthUs: number;

  constructor(stall: { readonly everyUs: number; readonly lengthUs: number } | null) {
    this.#everyUs = stall?.everyUs ?? Number.POSITIVE_INFINITY;
    this.#lengthUs = stall?.lengthUs ?? 0;
  }

  /** Work time now. */
  work(): number {
    const stalls = Math.floor(this.now / this.#everyUs);
    if (stalls === 0 || this.#lengthUs === 0) return this.now;
    return (
      this.now - (stalls - 1) * this.#lengthUs - Math.min(this.#lengthUs, this.now - stalls * this.#everyUs)
    );
  }

  /** When something that comes to pass at `time` is noticed: not before a stall's end. */
  noticed(time: number): number {
    const stalls = Math.floor(time / this.#everyUs);
    return stalls === 0 ? time : Math.max(time, stalls * this.#everyUs + this.#lengthUs);
  }

  /** The time at which `workUs` of uninterrupted work, begun now, is done. */
  after(workUs: number): number {
    if (this.#lengthUs === 0) return this.now + workUs;
    const work = this.work() + workUs;
    if (work <= this.#everyUs) return work;
    const stalls = Math.ceil((work - this.#everyUs) / (this.#everyUs - this.#lengthUs));
    return Math.max(this.now, work + stalls * this.#lengthUs);
  }
}

/** `heavy`: log-normal with σ = 1.5 (p99 is 33 times the median). */
export type Distribution = 'constant' | 'exponential' | 'uniform' | 'heavy';

/** A random value with the given mean; `uniform` reaches from 0 to twice the mean. */
export function draw(random: () => number, distribution: Distribution, mean: number): number {
  switch (distribution) {
    case 'constant':
      return mean;
    case 'exponential':
      return randomExponential(random, mean);
    case 'uniform':
      return random() * 2 * mean;
    case 'heavy': {
      const sigma = 1.5;
      const normal = Math.sqrt(-2 * Math.log1p(-random())) * Math.cos(2 * Math.PI * random());
      return mean * Math.exp(sigma * normal - (sigma * sigma) / 2);
    }
    default:
      return distribution satisfies never;
  }
}
