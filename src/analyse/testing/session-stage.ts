import { drawThinkTime } from '../../load/draw-think-time.ts';
import type { Plan } from '../../plan/plan.ts';
import { randomExponential } from '../../record/random.ts';
import type { Outcome, RunStage } from '../../record/run.ts';
import type { TrialOrder } from '../../record/trial.ts';
import type { Agenda, WorkClock } from './queueing.ts';
import type { SimulatedSystem } from './simulated-system.ts';
import type { Asked, SimulatedTarget } from './simulated-target.ts';
import { type HealthOverride, StageRecording } from './stage-recording.ts';

export type TrialSetting = {
  readonly system: SimulatedSystem;
  readonly plan: Plan;
  readonly target: SimulatedTarget;
  readonly agenda: Agenda;
  readonly clock: WorkClock;
  readonly random: () => number;
};

const sendLagUs = 20;

/**
 * One stage of users, of arrivals, or of both. Users start evenly within the first half of the settling and have a
 * connection each; arrivals are Poisson and take a connection that is idle, or a new one.
 */
export function simulateTrial(setting: TrialSetting, order: TrialOrder, index: number): RunStage {
  const { system, plan, target, agenda, clock, random } = setting;
  const startUs = Math.ceil(clock.now / 1000) * 1000;
  clock.now = startUs;
  const steadyFromUs = startUs + order.settleMs * 1000;
  const steadyToUs = steadyFromUs + order.durationMs * 1000;
  const workers = order.trial.kind === 'workers' ? order.trial.workers : 1;
  const recording = new StageRecording(startUs, steadyFromUs, steadyToUs, healthOf(system, workers));
  // A generator that sends is busy for a while, and what is due meanwhile waits.
  const sendingUs = system.generator ? 1e6 / system.generator.perSecond / workers : 0;
  let freeAtUs = startUs;
  const networkUs = (system.networkMs ?? 0.2) * 1000;
  const timeoutUs = (system.timeoutMs ?? 30_000) * 1000;
  const deadlines = new Deadlines(agenda, clock, timeoutUs);
  let inFlight = 0;

  const request = (endpoint: number, connected: boolean, then: (connected: boolean) => void) => {
    const { probe, expect } = plan.endpoints[endpoint] ?? {};
    const intendedUs = clock.now;
    const send = () => {
      const sentUs = clock.now;
      const connects = !connected || probe?.kind === 'no-reuse';
      let connectUs: number | null = null;
      let ended = false;
      inFlight += 1;
      recording.started(sentUs);
      const end = (outcome: Outcome, status: number | null, bytesIn: number) => {
        if (ended) return;
        ended = true;
        inFlight -= 1;
        const serverCloses = system.keepAlive === false && outcome !== 'timeout';
        const responseUs = clock.now - intendedUs + sendLagUs;
        recording.ended(clock.now, {
          endpoint,
          outcome,
          status,
          responseUs,
          lagUs: sentUs - intendedUs + sendLagUs,
          connectUs,
          serverCloses,
          bytesIn,
        });
        then(!serverCloses && outcome !== 'timeout' && (connected || probe?.kind !== 'no-reuse'));
      };
      deadlines.add(
        () => end('timeout', null, 0),
        () => ended,
      );
      const ask = () => {
        if (connects) connectUs = clock.now - sentUs;
        target.answer(askedOf(plan, endpoint, order), ({ outcome, status, bytes }) => {
          const accepted = expect?.status.length ? expect.status.includes(status) : status < 400;
          const seen = outcome === 'ok' && !accepted ? 'status' : outcome;
          agenda.add(clock.now + networkUs, () => end(seen, status, bytes));
        });
      };
      if (connects) target.connect(ask);
      else ask();
    };
    const sendAtUs = Math.max(clock.now, freeAtUs);
    freeAtUs = sendAtUs + sendingUs;
    if (sendAtUs === clock.now) send();
    else agenda.add(sendAtUs, send);
  };

  const { closed, open } = order;
  if (closed !== null) {
    const pick = pickerOf(plan, closed.weights, random);
    const live = (connected: boolean) => {
      if (clock.now > steadyToUs) return recording.left();
      request(pick(), connected, (still) => {
        if (clock.now > steadyToUs) return recording.left();
        const pauseUs = drawThinkTime(closed.thinkTime, random) * 1000;
        agenda.add(clock.now + pauseUs, () => {
          if (clock.now <= steadyToUs) recording.thought(pauseUs);
          live(still);
        });
      });
    };
    for (let user = 0; user < closed.users; user += 1) {
      agenda.add(startUs + (user / closed.users) * (order.settleMs / 2) * 1000, () => {
        recording.joined();
        live(false);
      });
    }
  }
  if (open !== null) {
    const pick = pickerOf(plan, open.weights, random);
    let idle = 0;
    const arrive = () => {
      if (clock.now > steadyToUs) return;
      const connected = idle > 0;
      if (connected) idle -= 1;
      request(pick(), connected, (still) => {
        if (still) idle += 1;
      });
      agenda.add(clock.now + randomExponential(random, 1e6 / open.ratePerSecond), arrive);
    };
    agenda.add(startUs + randomExponential(random, 1e6 / open.ratePerSecond), arrive);
  }

  while (agenda.nextTime <= steadyToUs || (inFlight > 0 && agenda.nextTime < Number.POSITIVE_INFINITY)) {
    recording.advance(agenda.nextTime, inFlight);
    clock.now = agenda.nextTime;
    agenda.run();
  }
  clock.now = Math.ceil(Math.max(clock.now, steadyToUs) / 1000) * 1000;
  recording.advance(clock.now, inFlight);
  return {
    index,
    users: closed?.users ?? null,
    askedRatePerSecond: closed === null ? (open?.ratePerSecond ?? null) : null,
    spawnRate: null,
    startMs: startUs / 1000,
    steadyFromMs: steadyFromUs / 1000,
    steadyToMs: steadyToUs / 1000,
    endMs: clock.now / 1000,
    state: 'complete',
    data: recording.finish(clock.now),
  };
}

function askedOf(plan: Plan, endpoint: number, { trial }: TrialOrder): Asked {
  const probe = plan.endpoints[endpoint]?.probe;
  const of = probe === undefined ? endpoint : probe.of;
  const oneRow = trial.kind === 'rows' && !trial.spread && trial.endpoint === of;
  return {
    endpoint: of,
    isHead: probe?.kind === 'control',
    key: probe?.kind === 'same-key' || probe?.kind === 'conditional' || oneRow ? 0 : null,
    isSpread: trial.kind === 'rows' && trial.spread && trial.endpoint === of,
    conditional: probe?.kind === 'conditional',
    rows: probe?.kind === 'size' ? probe.size : null,
  };
}

function pickerOf(plan: Plan, given: readonly number[] | null, random: () => number): () => number {
  const weights = plan.endpoints.map(
    ({ weight, probe }, i) => given?.[i] ?? (given === null && probe === undefined ? weight : 0),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum <= 0) throw new Error('the order asks for no endpoint');
  const last = weights.findLastIndex((weight) => weight > 0);
  return () => {
    let rest = random() * sum;
    for (const [i, weight] of weights.entries()) {
      rest -= weight;
      if (rest < 0) return i;
    }
    return last;
  };
}

/** A generator near its ceiling is late with everything that it does. */
function healthOf({ generator }: SimulatedSystem, workers: number): HealthOverride {
  if (generator === undefined) return () => ({});
  return (started) => {
    const busy = Math.min(0.99, started / generator.perSecond / workers);
    const late = busy > 0.85 ? 25 : 1.2 / (1 - busy);
    return { loopUtilization: busy, cpuCores: busy, loopDelayP99Ms: late, loopDelayMaxMs: 2 * late };
  };
}

/** Time-outs in the order of their requests: one event on the agenda for all of them. */
class Deadlines {
  readonly #agenda: Agenda;
  readonly #clock: WorkClock;
  readonly #timeoutUs: number;
  #pending: { readonly atUs: number; readonly end: () => void; readonly isOver: () => boolean }[] = [];
  #isPlanned = false;

  constructor(agenda: Agenda, clock: WorkClock, timeoutUs: number) {
    this.#agenda = agenda;
    this.#clock = clock;
    this.#timeoutUs = timeoutUs;
  }

  add(end: () => void, isOver: () => boolean): void {
    const atUs = this.#clock.now + this.#timeoutUs;
    this.#pending.push({ atUs, end, isOver });
    if (!this.#isPlanned) this.#plan(atUs);
  }

  #plan(atUs: number): void {
    this.#isPlanned = true;
    this.#agenda.add(atUs, () => {
      this.#isPlanned = false;
      const due = this.#pending.filter(({ atUs: at }) => at <= this.#clock.now);
      this.#pending = this.#pending.filter(({ atUs: at, isOver }) => at > this.#clock.now && !isOver());
      for (const { end } of due) end();
      const next = this.#pending[0];
      if (next && !this.#isPlanned) this.#plan(next.atUs);
    });
  }
}
