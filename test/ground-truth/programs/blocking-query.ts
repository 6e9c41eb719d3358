import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Query } from '../server-config.ts';
import { BackingClient } from './backing-client.ts';

/** Asks the backing process and lets this thread wait for the answer, as libraries that make calls synchronous do. */
export function blockingQueries(port: number): (query: Query) => void {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), { workerData: { port, shared } });
  worker.unref();
  return (query) => {
    Atomics.store(shared, 0, 0);
    worker.postMessage(query);
    Atomics.wait(shared, 0, 0);
  };
}

if (!isMainThread && parentPort !== null) {
  const { port, shared } = workerData as { readonly port: number; readonly shared: Int32Array };
  const client = new BackingClient(port, 1);
  parentPort.on('message', async (query: Query) => {
    await client.query(query);
    Atomics.store(shared, 0, 1);
    Atomics.notify(shared, 0);
  });
}
