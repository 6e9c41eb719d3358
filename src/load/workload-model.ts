import type { GeneratorHealth, GeneratorReadings } from '../observe/generator-health.ts';
import type { ClosedOrder } from './closed-model.ts';
import type { OpenOrder } from './open-model.ts';

/** What a worker does in a stage, in the words of the model that does it. */
export type StageOrder = ClosedOrder | OpenOrder;

/** The port between a worker thread and what decides when requests are sent: one implementation a file. */
export type WorkloadModel<Order extends StageOrder> = {
  /** Runs one stage; resolves when the last answer is in. */
  run(order: Order): Promise<void>;
  /** No new requests; what is in flight is awaited. */
  stop(): void;
  /** Gives up what is in flight. */
  abort(): void;
  readings(): GeneratorReadings;
  /** Who is told how late each request started. */
  watchedBy(health: GeneratorHealth): void;
};
