import { emptySnapshot, Histogram } from '../../record/histogram.ts';
import type { FineCounts, HealthSample, Outcome, Phase, StageData, Window } from '../../record/run.ts';

type Ended = {
  readonly endpoint: number;
  readonly outcome: Outcome;
  readonly status: number | null;
  /** From the intended start. */
  readonly responseUs: number;
  readonly lagUs: number;
  readonly connectUs: number | null;
  readonly serverCloses: boolean;
  /** 1,000 unless said. */
  readonly bytesIn?: number;
};

/** What the generator says of itself in a second in which so many requests were started. */
export type HealthOverride = (started: number) => Partial<HealthSample>;

type OpenWindow = {
  readonly phase: Phase;
  readonly endpoint: number;
  readonly outcome: Outcome;
  readonly statuses: Record<string, number>;
  readonly response: Histogram;
  readonly service: Histogram;
  readonly connect: Histogram;
  serverCloses: number;
  bytesIn: number;
};

type OpenFine = {
  readonly completed: number[];
  readonly failed: number[];
  readonly responseSumUs: number[];
};

const samplingUs = 10_000;

/** Writes down one simulated stage, second by second, in the shape of the run file. */
export class StageRecording {
  readonly #windows: Window[] = [];
  readonly #fine: FineCounts[] = [];
  readonly #health: HealthSample[] = [];
  readonly #steadyFromUs: number;
  readonly #steadyToUs: number;
  readonly #override: HealthOverride;
  #second: number;
  #nextSampleUs: number;
  #open = new Map<string, OpenWindow>();
  #openFine = new Map<number, OpenFine>();
  #users = 0;
  #inFlightSum = 0;
  #inFlightMax = 0;
  #samples = 0;
  #started = 0;
  #connections = 0;
  #thinkSumUs = 0;
  #thinkCount = 0;
  #lag = new Histogram();

  constructor(startUs: number, steadyFromUs: number, steadyToUs: number, override: HealthOverride) {
    this.#second = Math.floor(startUs / 1e6);
    this.#nextSampleUs = startUs + samplingUs / 2;
    this.#steadyFromUs = steadyFromUs;
    this.#steadyToUs = steadyToUs;
    this.#override = override;
  }

  /** Samples what was in flight until now, and closes the seconds that have passed. */
  advance(nowUs: number, inFlight: number): void {
    while (Math.min(this.#nextSampleUs, (this.#second + 1) * 1e6) <= nowUs) {
      if (this.#nextSampleUs < (this.#second + 1) * 1e6) {
        this.#inFlightSum += inFlight;
        this.#inFlightMax = Math.max(this.#inFlightMax, inFlight);
        this.#samples += 1;
        this.#nextSampleUs += samplingUs;
      } else this.#closeSecond();
    }
  }

  joined(): void {
    this.#users += 1;
  }

  left(): void {
    this.#users -= 1;
  }

  thought(us: number): void {
    this.#thinkSumUs += us;
    this.#thinkCount += 1;
  }

  started(_nowUs: number): void {
    this.#started += 1;
  }

  ended(nowUs: number, request: Ended): void {
    const phase: Phase = nowUs < this.#steadyFromUs ? 'ramp' : nowUs <= this.#steadyToUs ? 'steady' : 'drain';
    const key = `${request.endpoint} ${request.outcome} ${phase}`;
    let window = this.#open.get(key);
    if (!window) {
      window = {
        phase,
        endpoint: request.endpoint,
        outcome: request.outcome,
        statuses: {},
        response: new Histogram(),
        service: new Histogram(),
        connect: new Histogram(),
        serverCloses: 0,
        bytesIn: 0,
      };
      this.#open.set(key, window);
    }
    window.bytesIn += request.bytesIn ?? 1000;
    window.response.record(Math.round(request.responseUs));
    window.service.record(Math.round(request.responseUs - request.lagUs));
    if (request.connectUs !== null) {
      window.connect.record(Math.round(request.connectUs));
      this.#connections += 1;
    }
    if (request.serverCloses) window.serverCloses += 1;
    if (request.status !== null) {
      window.statuses[request.status] = (window.statuses[request.status] ?? 0) + 1;
    }
    this.#lag.record(request.lagUs);
    let fine = this.#openFine.get(request.endpoint);
    if (!fine) {
      const zeros = () => Array.from({ length: 10 }, () => 0);
      fine = { completed: zeros(), failed: zeros(), responseSumUs: zeros() };
      this.#openFine.set(request.endpoint, fine);
    }
    const tenth = Math.min(9, Math.floor((nowUs - this.#second * 1e6) / 1e5));
    fine.completed[tenth] = (fine.completed[tenth] ?? 0) + 1;
    if (request.outcome !== 'ok') fine.failed[tenth] = (fine.failed[tenth] ?? 0) + 1;
    fine.responseSumUs[tenth] = (fine.responseSumUs[tenth] ?? 0) + Math.round(request.responseUs);
  }

  finish(endUs: number): StageData {
    if (endUs > this.#second * 1e6) this.#closeSecond();
    return { kind: 'windows', windows: this.#windows, fine: this.#fine, health: this.#health };
  }

  #closeSecond(): void {
    const second = this.#second;
    for (const { response, service, connect, ...window } of this.#open.values()) {
      this.#windows.push({
        ...window,
        second,
        count: response.count,
        bytesOut: 200 * response.count,
        response: response.snapshot(),
        service: service.snapshot(),
        firstByte: window.outcome === 'timeout' ? emptySnapshot : service.snapshot(),
        connect: connect.snapshot(),
      });
    }
    for (const [endpoint, fine] of this.#openFine) this.#fine.push({ second, endpoint, ...fine });
    const from = second * 1e6;
    this.#health.push({
      second,
      phase: from < this.#steadyFromUs ? 'ramp' : from < this.#steadyToUs ? 'steady' : 'drain',
      worker: 0,
      users: this.#users,
      inFlightMean: this.#samples > 0 ? this.#inFlightSum / this.#samples : 0,
      inFlightMax: this.#inFlightMax,
      inFlightSamples: this.#samples,
      loopDelayP99Ms: 1.2,
      loopDelayMaxMs: 3,
      loopUtilization: 0.12,
      cpuCores: 0.1,
      machineCpu: 0.3,
      rssBytes: 80 * 2 ** 20,
      started: this.#started,
      sendLag: this.#lag.snapshot(),
      thinkSumMs: this.#thinkSumUs / 1000,
      thinkCount: this.#thinkCount,
      openConnections: this.#users,
      connectErrors: 0,
      ...this.#override(this.#started),
    });
    this.#open = new Map();
    this.#openFine = new Map();
    this.#second += 1;
    this.#inFlightSum = 0;
    this.#inFlightMax = 0;
    this.#samples = 0;
    this.#started = 0;
    this.#thinkSumUs = 0;
    this.#thinkCount = 0;
    this.#lag.reset();
  }
}
