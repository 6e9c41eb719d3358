import { performance } from 'node:perf_hooks';
import { Histogram, quantileUs } from '../record/histogram.ts';
import type { HealthSample, Phase } from '../record/run.ts';
import { type MachineTime, machineTime } from './machine-time.ts';

/** What the workload model tells about itself; counters since the start, the rest as it is now. */
export type GeneratorReadings = {
  readonly inFlight: number;
  readonly users: number;
  readonly started: number;
  readonly thinkSumMs: number;
  readonly thinkCount: number;
  readonly openConnections: number;
  readonly connectErrors: number;
};

/** How often the number in flight is read, and the event loop's lateness with it. */
const sampleEveryMs = 10;

/** Watches the thread it lives in: is the generator itself the bottleneck? */
export class GeneratorHealth {
  readonly sendLag = new Histogram();
  readonly #worker: number;
  readonly #readings: () => GeneratorReadings;
  readonly #now: () => number;
  readonly #loopDelay = new Histogram();
  readonly #timer: NodeJS.Timeout;
  #lastTickMs: number;
  #inFlightSum = 0;
  #inFlightMax = 0;
  #samples = 0;
  #last: Reading;

  constructor(worker: number, readings: () => GeneratorReadings, now: () => number) {
    this.#worker = worker;
    this.#readings = readings;
    this.#now = now;
    this.#lastTickMs = now();
    this.#last = this.#read();
    this.#timer = setInterval(() => this.#sample(), sampleEveryMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The sample of the time since the last call. */
  take(second: number, phase: Phase): HealthSample {
    const before = this.#last;
    const now = this.#read();
    this.#last = now;
    const elapsedMs = Math.max(0.001, now.atMs - before.atMs);
    const cpuUs = now.cpu.user + now.cpu.system - before.cpu.user - before.cpu.system;
    const busy = now.machine.busy - before.machine.busy;
    const all = busy + now.machine.idle - before.machine.idle;
    const sample: HealthSample = {
      second,
      phase,
      worker: this.#worker,
      users: now.readings.users,
      inFlightMean: this.#samples > 0 ? this.#inFlightSum / this.#samples : now.readings.inFlight,
      inFlightMax: Math.max(this.#inFlightMax, now.readings.inFlight),
      inFlightSamples: this.#samples,
      loopDelayP99Ms: (quantileUs(this.#loopDelay.snapshot(), 0.99) ?? 0) / 1000,
      loopDelayMaxMs: this.#loopDelay.maxUs / 1000,
      loopUtilization: performance.eventLoopUtilization(now.loop, before.loop).utilization,
      cpuCores: cpuUs / 1000 / elapsedMs,
      machineCpu: all > 0 ? busy / all : 0,
      rssBytes: process.memoryUsage.rss(),
      started: now.readings.started - before.readings.started,
      sendLag: this.sendLag.snapshot(),
      thinkSumMs: now.readings.thinkSumMs - before.readings.thinkSumMs,
      thinkCount: now.readings.thinkCount - before.readings.thinkCount,
      openConnections: now.readings.openConnections,
      connectErrors: now.readings.connectErrors - before.readings.connectErrors,
    };
    this.#inFlightSum = 0;
    this.#inFlightMax = 0;
    this.#samples = 0;
    this.#loopDelay.reset();
    this.sendLag.reset();
    return sample;
  }

  #sample(): void {
    const now = this.#now();
    this.#loopDelay.record(Math.max(0, now - this.#lastTickMs - sampleEveryMs) * 1000);
    this.#lastTickMs = now;
    const { inFlight } = this.#readings();
    this.#inFlightSum += inFlight;
    if (inFlight > this.#inFlightMax) this.#inFlightMax = inFlight;
    this.#samples += 1;
  }

  #read(): Reading {
    return {
      atMs: this.#now(),
      loop: performance.eventLoopUtilization(),
      cpu: process.threadCpuUsage(),
      machine: machineTime(),
      readings: this.#readings(),
    };
  }
}

type Reading = {
  readonly atMs: number;
  readonly loop: ReturnType<typeof performance.eventLoopUtilization>;
  readonly cpu: NodeJS.CpuUsage;
  readonly machine: MachineTime;
  readonly readings: GeneratorReadings;
};
