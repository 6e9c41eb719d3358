import { randomIndex, randomNormal } from '../../record/random.ts';
import type { Outcome } from '../../record/run.ts';
import { Admission } from './admission.ts';
import {
  type Agenda,
  draw,
  fifoStation,
  Slots,
  type Station,
  sharedStation,
  type WorkClock,
} from './queueing.ts';
import type { SimulatedSystem, Step, SystemStation } from './simulated-system.ts';

/** One request as the target sees it. */
export type Asked = {
  /** Index in the system's endpoints; null: a path that is not there. */
  readonly endpoint: number | null;
  /** A HEAD request: all the work, no body. */
  readonly isHead: boolean;
  /** Null: another key each time; `isSpread`: all keys alike, whatever is usual. */
  readonly key: number | null;
  readonly isSpread: boolean;
  readonly conditional: boolean;
  /** Length of the list; null: as the endpoint has it. */
  readonly rows: number | null;
};

export type Answered = { readonly outcome: Outcome; readonly status: number; readonly bytes: number };

const headBytes = 200;
const refusalUs = 500;

/** Carries out requests on the system's stations. Its queues, caches and tokens last as long as the session. */
export class SimulatedTarget {
  readonly #system: SimulatedSystem;
  readonly #agenda: Agenda;
  readonly #clock: WorkClock;
  readonly #random: () => number;
  readonly #stations = new Map<string, Station>();
  readonly #slots = new Map<string, Slots>();
  readonly #rowSlots = new Map<string, Map<number, { slots: Slots; users: number }>>();
  readonly #visits = new Map<Step, number>();
  readonly #cached: readonly Map<number, number>[];
  readonly #admission: Admission;
  #inside = 0;
  #answered = 0;
  #unrestSecond = -1;
  #unrest = 1;

  constructor(system: SimulatedSystem, agenda: Agenda, clock: WorkClock, random: () => number) {
    this.#system = system;
    this.#agenda = agenda;
    this.#clock = clock;
    this.#random = random;
    this.#cached = system.endpoints.map(() => new Map());
    this.#admission = new Admission(system.limit);
    for (const station of system.stations) this.#open(station);
  }

  /** `then` is called when the answer is complete, whether or not anybody still waits for it. */
  answer(asked: Asked, then: (answered: Answered) => void): void {
    const endpoint = asked.endpoint === null ? undefined : this.#system.endpoints[asked.endpoint];
    const isHot = endpoint?.hotShare !== undefined && this.#random() < endpoint.hotShare && !asked.isSpread;
    const key = asked.key ?? (isHot ? 0 : randomIndex(this.#random, endpoint?.keys ?? 1));
    const rows = asked.rows ?? endpoint?.list?.rows ?? 1;
    const refused = this.#admission.refusal(this.#clock.now, this.#inside);
    if (refused !== null) {
      this.#after(refusalUs, () => then({ outcome: 'status', status: refused, bytes: headBytes }));
      return;
    }
    const overloaded = this.#admission.failure(this.#inside, this.#random);
    const failing =
      endpoint?.failures && this.#random() < endpoint.failures.share ? endpoint.failures.status : null;
    const notModified = asked.conditional && endpoint?.validators !== undefined;
    this.#inside += 1;
    const done = () => {
      this.#inside -= 1;
      this.#answered += 1;
      const failed = overloaded ?? failing;
      if (failed !== null) then({ outcome: 'status', status: failed, bytes: headBytes });
      else if (notModified) then({ outcome: 'ok', status: 304, bytes: headBytes });
      else if (asked.endpoint === null) then({ outcome: 'ok', status: 404, bytes: headBytes });
      else {
        const bytes = headBytes + (asked.isHead ? 0 : (endpoint?.rowBytes ?? 200) * rows);
        then({ outcome: 'ok', status: 200, bytes });
      }
    };
    const shortened = notModified ? (endpoint?.validators?.work ?? null) : null;
    const steps = shortened ?? this.#cacheHit(asked.endpoint, key) ?? endpoint?.steps ?? this.#system.control;
    this.#carryOut(steps, 0, { key, rows }, done);
  }

  /** Work for a new connection. */
  connect(then: () => void): void {
    const { ms = 0.2, station, workMs = 0 } = this.#system.connect ?? {};
    const waited = () => (station === undefined ? then() : this.#station(station).serve(workMs * 1000, then));
    this.#after(ms * 1000, waited);
  }

  #carryOut(
    steps: readonly Step[],
    at: number,
    asked: { readonly key: number; readonly rows: number },
    done: () => void,
  ): void {
    const step = steps[at];
    if (step === undefined) {
      done();
      return;
    }
    const next = () => this.#carryOut(steps, at + 1, asked, done);
    switch (step.kind) {
      case 'serve': {
        const mean = step.ms + (step.perRowMs ?? 0) * asked.rows;
        const drawn = draw(this.#random, step.distribution ?? 'exponential', mean) + this.#pause(step);
        this.#station(step.station).serve(drawn * 1000 * this.#factor(), next);
        return;
      }
      case 'delay': {
        const slow = step.slow !== undefined && this.#random() < step.slow.share ? step.slow.ms : step.ms;
        this.#after(draw(this.#random, step.distribution ?? 'constant', slow) * 1000 * this.#factor(), next);
        return;
      }
      case 'hold':
        this.#hold(step.station, asked.key, (release) => {
          this.#carryOut(step.steps, 0, asked, () => {
            release();
            next();
          });
        });
        return;
      case 'each-row': {
        const row = (left: number): void => {
          if (left === 0) next();
          else this.#carryOut(step.steps, 0, asked, () => row(left - 1));
        };
        row(asked.rows);
        return;
      }
      default:
        step satisfies never;
    }
  }

  #open({ name, servers, discipline = 'fifo', sigma = 0, kappa = 0 }: SystemStation): void {
    switch (discipline) {
      case 'fifo':
        this.#stations.set(name, fifoStation(this.#agenda, this.#clock, servers));
        this.#slots.set(name, new Slots(servers));
        return;
      case 'ps':
        this.#stations.set(name, sharedStation(this.#agenda, this.#clock, servers));
        return;
      case 'contended':
        this.#stations.set(
          name,
          sharedStation(
            this.#agenda,
            this.#clock,
            servers,
            (n) => 1 / (1 + sigma * (n - 1) + kappa * n * (n - 1)),
          ),
        );
        return;
      case 'row':
        this.#rowSlots.set(name, new Map());
        return;
      default:
        discipline satisfies never;
    }
  }

  #station(name: string): Station {
    const station = this.#stations.get(name);
    if (station === undefined) throw new Error(`the system has no station "${name}" that serves`);
    return station;
  }

  #hold(name: string, key: number, then: (release: () => void) => void): void {
    const rows = this.#rowSlots.get(name);
    if (rows !== undefined) {
      const row = rows.get(key) ?? { slots: new Slots(1), users: 0 };
      rows.set(key, row);
      row.users += 1;
      row.slots.acquire(() =>
        then(() => {
          row.users -= 1;
          if (row.users === 0) rows.delete(key);
          row.slots.release();
        }),
      );
      return;
    }
    const slots = this.#slots.get(name);
    if (slots === undefined) throw new Error(`the system has no station "${name}" that is held`);
    slots.acquire(() => then(() => slots.release()));
  }

  #cacheHit(endpoint: number | null, key: number): readonly Step[] | null {
    const cache = endpoint === null ? undefined : this.#system.endpoints[endpoint]?.cache;
    const cached = endpoint === null ? undefined : this.#cached[endpoint];
    if (cache === undefined || cached === undefined) return null;
    const until = cached.get(key) ?? Number.NEGATIVE_INFINITY;
    if (until >= this.#clock.now) return cache.hit;
    cached.set(key, this.#clock.now + (cache.ttlMs ?? Number.POSITIVE_INFINITY) * 1000);
    return null;
  }

  #pause(step: Extract<Step, { kind: 'serve' }>): number {
    if (step.pause === undefined) return 0;
    const visits = (this.#visits.get(step) ?? 0) + 1;
    this.#visits.set(step, visits);
    return visits % step.pause.every === 0 ? step.pause.ms : 0;
  }

  #factor(): number {
    const { drift, unrest } = this.#system;
    let factor = 1;
    if (drift) {
      const seconds = this.#clock.now / 1e6;
      factor += (drift.perSecond ?? 0) * seconds + ((drift.perThousand ?? 0) * this.#answered) / 1000;
    }
    if (unrest === undefined) return factor;
    const second = Math.floor(this.#clock.now / 1e6);
    if (second !== this.#unrestSecond) {
      this.#unrestSecond = second;
      this.#unrest = Math.exp(unrest * randomNormal(this.#random));
    }
    return factor * this.#unrest;
  }

  #after(us: number, then: () => void): void {
    this.#agenda.add(this.#clock.noticed(this.#clock.now + us), then);
  }
}
