import os from 'node:os';
import { normalisePlan } from '../plan/normalise-plan.ts';
import { PlanError, type ResolvedPlan } from '../plan/plan.ts';
import { resolvePlan } from '../plan/resolve-plan.ts';
import type { Calibration } from '../record/calibration.ts';
import { machineBusy } from './machine-busy.ts';
import { startNullServer } from './null-server.ts';
import { runLoad } from './run-load.ts';
import { type StageFigures, StageTally } from './stage-tally.ts';

/** Connections at which the throughput is measured; each worker has at least one. */
export const calibratedConnections = [1, 8, 64, 256] as const;
/** Before the first figure: compiled code, open sockets. */
const warmUpMs = 500;
const thinkTimeMs = 20;
const thinkingUsers = 50;
/** An idle loop is watched by a timer of 10 ms: a hundred readings. */
const idleMs = 1000;

export type CalibrateOptions = {
  /** Measured beside a single one, if more. */
  readonly workers: number;
  /** Of each measurement. */
  readonly durationMs: number;
  readonly onProgress?: (text: string) => void;
  readonly stop?: AbortSignal;
  readonly abort?: AbortSignal;
};

/** What was measured; who did it and when is for the caller to add. */
export type CalibrationFigures = Pick<
  Calibration,
  'throughput' | 'ceilings' | 'timer' | 'idle' | 'otherCpuCores'
>;

/**
 * Measures what this machine's generator carries, with all that a run does (every request timed and recorded), against
 * a server that costs next to nothing. That server takes its share of the machine, so a generator that has the machine
 * to itself carries a little more. Null: stopped.
 */
export async function calibrate(options: CalibrateOptions): Promise<CalibrationFigures | null> {
  const { workers, onProgress } = options;
  const throughput: CalibrationFigures['throughput'] = [];
  const busy = machineBusy();
  for (const crew of [...new Set([1, workers])]) {
    onProgress?.(`throughput with ${crew} ${crew === 1 ? 'worker' : 'workers'}`);
    const found = await throughputOf(crew, options);
    if (found === null) return null;
    throughput.push(...found);
  }
  const otherCpuCores = busy.otherCores();
  onProgress?.('timers');
  const thinking = await figuresOf(
    { users: thinkingUsers, durationMs: Math.max(options.durationMs, 10 * thinkTimeMs), thinkTimeMs },
    options,
  );
  if (thinking === null) return null;
  onProgress?.('the idle event loop');
  const resting = await figuresOf({ users: 1, durationMs: idleMs, thinkTimeMs: 3_600_000 }, options);
  if (resting === null) return null;
  return {
    throughput,
    ceilings: [...new Set(throughput.map((one) => one.workers))].map((crew) => ({
      workers: crew,
      requestsPerSecond: Math.max(
        ...throughput.filter((one) => one.workers === crew).map((one) => one.requestsPerSecond),
      ),
    })),
    timer: {
      thinkTimeMs,
      lagMeanMs: Math.max(0, thinking.thinkMeanMs - thinkTimeMs + thinking.sendLagMeanMs),
      sendLagP99Ms: thinking.sendLagP99Ms,
    },
    idle: { loopDelayP99Ms: resting.loopDelayP99Ms, loopDelayMaxMs: resting.loopDelayMaxMs },
    otherCpuCores,
  };
}

async function throughputOf(
  workers: number,
  options: CalibrateOptions,
): Promise<CalibrationFigures['throughput'] | null> {
  const connections = calibratedConnections.filter((n) => n >= workers);
  const tally = await loaded(
    {
      workers,
      users: [64, ...connections],
      durationMs: [warmUpMs, ...connections.map(() => options.durationMs)],
      thinkTimeMs: 0,
    },
    options,
  );
  if (tally === null) return null;
  return tally.slice(1).map((figures, index) => ({
    workers,
    connections: connections[index] ?? 0,
    requestsPerSecond: figures.requestsPerSecond,
    cpuUsPerRequest: figures.requests > 0 ? (figures.cpuMs * 1000) / figures.requests : 0,
    generatorCores: figures.cpuMs / figures.lengthMs,
  }));
}

async function figuresOf(
  { users, durationMs, thinkTimeMs: think }: { users: number; durationMs: number; thinkTimeMs: number },
  options: CalibrateOptions,
): Promise<StageFigures | null> {
  const tally = await loaded(
    { workers: 1, users: [users], durationMs: [durationMs], thinkTimeMs: think },
    options,
  );
  return tally?.[0] ?? null;
}

async function loaded(
  load: {
    readonly workers: number;
    readonly users: readonly number[];
    readonly durationMs: readonly number[];
    readonly thinkTimeMs: number;
  },
  { stop, abort }: CalibrateOptions,
): Promise<readonly StageFigures[] | null> {
  const server = await startNullServer(load.workers);
  try {
    const plan = await planOf({
      target: server.url,
      endpoints: ['GET /'],
      load: {
        users: load.users,
        duration: load.durationMs.map((ms) => `${ms}ms`),
        spawnRate: 100_000,
        thinkTime: load.thinkTimeMs === 0 ? 0 : `${load.thinkTimeMs}ms`,
      },
    });
    const tally = new StageTally();
    const state = await runLoad(plan, {
      workers: load.workers,
      seed: 1,
      open: () => tally,
      ...(stop === undefined ? {} : { stop }),
      ...(abort === undefined ? {} : { abort }),
    });
    return state === 'interrupted' ? null : tally.figures();
  } finally {
    await server.close();
  }
}

async function planOf(value: unknown): Promise<ResolvedPlan> {
  const outcome = normalisePlan(value);
  if (outcome.state === 'faulty') throw new PlanError(outcome.faults);
  const readFile = (): never => {
    throw new Error('a calibration reads no files');
  };
  const resolution = await resolvePlan(outcome.plan, { env: {}, readFile });
  if (resolution.state === 'faulty') throw new PlanError(resolution.faults);
  return resolution.resolved;
}

/** What decides a calibration's figures. */
export function thisMachine(): Calibration['machine'] {
  return {
    node: process.version,
    cpuModel: os.cpus()[0]?.model ?? null,
    cores: os.availableParallelism(),
  };
}
