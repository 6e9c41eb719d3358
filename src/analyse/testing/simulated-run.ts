import type { Readiness, Sla } from '../../plan/plan.ts';
import { randomExponential, randomFrom } from '../../record/random.ts';
import type { Environment, HealthSample, Outcome, Run, RunStage } from '../../record/run.ts';
import {
  Agenda,
  type Distribution,
  draw,
  fifoStation,
  type Station,
  sharedStation,
  WorkClock,
} from './queueing.ts';
import { simulatedPlan } from './simulated-plan.ts';
import { StageRecording } from './stage-recording.ts';

/** A place where requests wait: `fifo` with m servers (a pool, a lock, an event loop) or `ps`, m shared processors. */
export type SimulatedStation = {
  readonly name: string;
  readonly servers: number;
  readonly discipline?: 'fifo' | 'ps';
};

export type Visit = {
  readonly station: string;
  /** Mean service demand. */
  readonly demandMs: number;
  /** `exponential` unless said. */
  readonly distribution?: Distribution;
};

export type SimulatedEndpoint = {
  /** `GET /a`: the method is its first word if it has two. */
  readonly name: string;
  readonly weight?: number;
  readonly group?: string;
  readonly sla?: Sla | null;
  /** Time that needs no station: network, a remote service; 0 unless given. */
  readonly delayMs?: number;
  readonly delayDistribution?: Distribution;
  /** One after the other. */
  readonly visits: readonly Visit[];
  /** Share of answers that fail, after their work, with this status. */
  readonly failures?: { readonly share: number; readonly status: number };
};

export type SimulatedStage =
  | { readonly users: number; readonly seconds: number; readonly spawnRate?: number }
  | { readonly ratePerSecond: number; readonly seconds: number };

/** A system and the load on it, with a known truth. Only stages and endpoints are required. */
export type SimulationSpec = {
  readonly stages: readonly SimulatedStage[];
  readonly endpoints: readonly SimulatedEndpoint[];
  readonly stations?: readonly SimulatedStation[];
  readonly seed?: number;
  readonly name?: string;
  readonly id?: string;
  /** Uniform between the two; equal: constant. None unless given. `exponential`: with their middle as mean. */
  readonly thinkTime?: {
    readonly minMs: number;
    readonly maxMs: number;
    readonly distribution?: 'uniform' | 'exponential';
  };
  readonly timeoutMs?: number;
  /** Refusals at the door, answered at once, without work. */
  readonly limit?:
    | { readonly kind: 'in-flight'; readonly max: number; readonly status: number }
    | { readonly kind: 'rate'; readonly perSecond: number; readonly status: number };
  /** All stations stand still every `everyMs` for `lengthMs`. */
  readonly stall?: { readonly everyMs: number; readonly lengthMs: number };
  /** Demands grow by this share of their start value per second of the run. */
  readonly driftPerSecond?: number;
  /** Demands of the first seconds of each stage are this many times larger, falling off exponentially. */
  readonly warmUp?: { readonly factor: number; readonly seconds: number };
  /** Cost of a new connection; the first request of each user pays it, or each one if `keepAlive` is false. */
  readonly connectMs?: number;
  readonly keepAlive?: boolean;
  /** Intended to real start. */
  readonly sendLagMs?: number;
  /** Replaces what the generator says of itself. */
  readonly health?: Partial<HealthSample>;
  readonly readiness?: Partial<Readiness>;
  readonly environment?: Partial<Environment>;
  /** The last stage is interrupted so long after its start. */
  readonly interruptAfterSeconds?: number;
};

type Job = { readonly startUs: number; readonly connects: boolean; ended: boolean };

/**
 * Simulates the system request by request and records it as Loadline's engine would: windows per second, endpoint,
 * outcome and phase, fine counts, in-flight samples every 10 ms. The same spec gives the same run.
 */
export function simulateRun(spec: SimulationSpec): Run {
  const seed = spec.seed ?? 1;
  const random = randomFrom(seed);
  const stages: RunStage[] = [];
  let startUs = 0;
  for (const [index, stage] of spec.stages.entries()) {
    const interrupt = index === spec.stages.length - 1 ? spec.interruptAfterSeconds : undefined;
    const recorded = simulateStage(spec, stage, index, startUs, random, interrupt);
    stages.push(recorded);
    startUs = recorded.endMs * 1000;
  }
  const interrupted = spec.interruptAfterSeconds !== undefined;
  return {
    kind: 'run',
    formatVersion: 1,
    id: spec.id ?? `simulated-${seed}`,
    name: spec.name ?? 'simulated',
    startedAt: '2026-02-10T12:00:00.000Z',
    state: interrupted ? 'interrupted' : 'complete',
    source: { tool: 'loadline', version: '0.1.0' },
    plan: simulatedPlan(spec),
    environment: {
      loadline: '0.1.0',
      node: '24.0.0',
      platform: 'linux x64',
      cpuModel: 'simulated',
      cores: 4,
      memoryBytes: 8 * 2 ** 30,
      workers: 1,
      hostHash: 'simulated',
      ...spec.environment,
    },
    seed,
    stages,
    events: interrupted ? [{ atMs: startUs / 1000, kind: 'interrupted', text: 'by the user' }] : [],
  };
}

function simulateStage(
  spec: SimulationSpec,
  stage: SimulatedStage,
  index: number,
  startUs: number,
  random: () => number,
  interruptAfterSeconds: number | undefined,
): RunStage {
  const agenda = new Agenda();
  const clock = new WorkClock(
    spec.stall ? { everyUs: spec.stall.everyMs * 1000, lengthUs: spec.stall.lengthMs * 1000 } : null,
  );
  clock.now = startUs;
  const stations = new Map<string, Station>();
  for (const station of spec.stations ?? []) {
    const make = station.discipline === 'ps' ? sharedStation : fifoStation;
    stations.set(station.name, make(agenda, clock, station.servers));
  }
  const users = 'users' in stage ? stage.users : 0;
  const spawnRate = 'users' in stage ? (stage.spawnRate ?? stage.users) : null;
  const rampUs = spawnRate === null ? 0 : (Math.max(0, users - 1) / spawnRate) * 1e6;
  const steadyFromUs = startUs + rampUs;
  const plannedToUs = steadyFromUs + stage.seconds * 1e6;
  const steadyToUs = Math.min(
    plannedToUs,
    startUs + (interruptAfterSeconds ?? Number.POSITIVE_INFINITY) * 1e6,
  );
  const recording = new StageRecording(
    startUs,
    Math.min(steadyFromUs, steadyToUs),
    steadyToUs,
    () => spec.health ?? {},
  );

  const weights = spec.endpoints.map((endpoint) => endpoint.weight ?? 1);
  const weightSum = weights.reduce((a, b) => a + b, 0);
  const pick = () => {
    let rest = random() * weightSum;
    for (const [i, weight] of weights.entries()) {
      rest -= weight;
      if (rest < 0) return i;
    }
    return weights.length - 1;
  };
  const demandFactor = () => {
    const drift = 1 + (spec.driftPerSecond ?? 0) * (clock.now / 1e6);
    if (!spec.warmUp) return drift;
    const age = (clock.now - steadyFromUs) / 1e6 / spec.warmUp.seconds;
    return drift * (1 + (spec.warmUp.factor - 1) * Math.exp(-Math.max(0, age)));
  };
  let inFlight = 0;
  let rateSecond = -1;
  let inRateSecond = 0;
  const refusal = (): number | null => {
    const { limit } = spec;
    if (!limit) return null;
    if (limit.kind === 'in-flight') return inFlight > limit.max ? limit.status : null;
    const second = Math.floor(clock.now / 1e6);
    if (second !== rateSecond) {
      rateSecond = second;
      inRateSecond = 0;
    }
    inRateSecond += 1;
    return inRateSecond > limit.perSecond ? limit.status : null;
  };

  const request = (connects: boolean, then: () => void) => {
    const number = pick();
    const endpoint = spec.endpoints[number];
    if (!endpoint) return;
    const job: Job = { startUs: clock.now, connects, ended: false };
    inFlight += 1;
    recording.started(clock.now);
    const end = (outcome: Outcome, status: number | null) => {
      if (job.ended) return;
      job.ended = true;
      inFlight -= 1;
      recording.ended(clock.now, {
        endpoint: number,
        outcome,
        status,
        responseUs: clock.now - job.startUs,
        lagUs: Math.min((spec.sendLagMs ?? 0.02) * 1000, clock.now - job.startUs),
        connectUs: connects ? (spec.connectMs ?? 0.2) * 1000 : null,
        serverCloses: spec.keepAlive === false && outcome !== 'timeout',
      });
      then();
    };
    agenda.add(clock.now + (spec.timeoutMs ?? 30_000) * 1000, () => end('timeout', null));
    const setUp = connects ? (spec.connectMs ?? 0.2) * 1000 : 0;
    const delay = draw(random, endpoint.delayDistribution ?? 'constant', (endpoint.delayMs ?? 0) * 1000);
    const refused = refusal();
    if (refused !== null) {
      agenda.add(clock.now + setUp + 500, () => end('status', refused));
      return;
    }
    const failure = endpoint.failures;
    const fails = failure !== undefined && random() < failure.share;
    const visit = (at: number) => {
      const next = endpoint.visits[at];
      const station = next ? stations.get(next.station) : undefined;
      if (next && !station) throw new Error(`the spec names no station "${next.station}"`);
      if (next && station) {
        const demandUs = draw(random, next.distribution ?? 'exponential', next.demandMs * 1000);
        station.serve(demandUs * demandFactor(), () => visit(at + 1));
      } else if (fails) end('status', failure.status);
      else end('ok', 200);
    };
    agenda.add(clock.now + setUp + delay, () => visit(0));
  };

  const think = spec.thinkTime ?? { minMs: 0, maxMs: 0 };
  const thinkUs = () => {
    const mean = ((think.minMs + think.maxMs) / 2) * 1000;
    if (think.distribution === 'exponential') return randomExponential(random, mean);
    return (think.minMs + (think.maxMs - think.minMs) * random()) * 1000;
  };
  const live = (first: boolean) => {
    if (clock.now > steadyToUs) return recording.left();
    request(first || spec.keepAlive === false, () => {
      if (clock.now > steadyToUs) return recording.left();
      const pause = thinkUs();
      agenda.add(clock.now + pause, () => {
        if (clock.now <= steadyToUs) recording.thought(pause);
        live(false);
      });
    });
  };
  for (let user = 0; user < users; user += 1) {
    agenda.add(startUs + (user / (spawnRate ?? 1)) * 1e6, () => {
      if (clock.now > steadyToUs) return;
      recording.joined();
      live(true);
    });
  }
  const arrive = (ratePerSecond: number) => {
    if (clock.now > steadyToUs) return;
    request(spec.keepAlive === false, () => {});
    agenda.add(clock.now + randomExponential(random, 1e6 / ratePerSecond), () => arrive(ratePerSecond));
  };
  if ('ratePerSecond' in stage) agenda.add(startUs, () => arrive(stage.ratePerSecond));

  while (agenda.nextTime <= steadyToUs || (inFlight > 0 && agenda.nextTime < Number.POSITIVE_INFINITY)) {
    recording.advance(agenda.nextTime, inFlight);
    clock.now = agenda.nextTime;
    agenda.run();
  }
  const endUs = Math.ceil(Math.max(clock.now, steadyToUs) / 1000) * 1000;
  recording.advance(endUs, inFlight);
  return {
    index,
    users: 'users' in stage ? stage.users : null,
    askedRatePerSecond: 'ratePerSecond' in stage ? stage.ratePerSecond : null,
    spawnRate,
    startMs: startUs / 1000,
    steadyFromMs: Math.min(steadyFromUs, steadyToUs) / 1000,
    steadyToMs: steadyToUs / 1000,
    endMs: endUs / 1000,
    state: steadyToUs < plannedToUs ? 'interrupted' : 'complete',
    data: recording.finish(endUs),
  };
}
