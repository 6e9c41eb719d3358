import type { GeneratorHealth, GeneratorReadings } from '../observe/generator-health.ts';
import type { ClosedOrder } from './closed-model.ts';
import type { Engine } from './engine.ts';
import type { OpenOrder } from './open-model.ts';

/** What a worker does in a stage: users, arrivals, or both at once. */
export type StageOrder = { readonly closed: ClosedOrder | null; readonly open: OpenOrder | null };

/** The port between a worker thread and what decides when requests are sent: one implementation a file. */
export type WorkloadModel<Order = never> = {
  /** Runs one stage; resolves when the last answer is in. */
  run(order: Order): Promise<void>;
  /** No new requests; what is in flight is awaited. */
  stop(): void;
  /** Gives up what is in flight. */
  abort(): void;
  readings(): ModelReadings;
  /** Who is told how late each request started. */
  watchedBy(health: GeneratorHealth): void;
};

/** What one model tells of itself; the connections are the engine's. */
export type ModelReadings = Omit<GeneratorReadings, 'openConnections' | 'connectErrors'>;

export function sumReadings(
  readings: readonly ModelReadings[],
  { openConnections, connectErrors }: Engine,
): GeneratorReadings {
  const sum = (of: (one: ModelReadings) => number): number =>
    readings.reduce((total, one) => total + of(one), 0);
  return {
    inFlight: sum(({ inFlight }) => inFlight),
    users: sum(({ users }) => users),
    started: sum(({ started }) => started),
    thinkSumMs: sum(({ thinkSumMs }) => thinkSumMs),
    thinkCount: sum(({ thinkCount }) => thinkCount),
    openConnections,
    connectErrors,
  };
}
