import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Cache } from './cache.ts';
import type { ConnectionPool } from './connection-pool.ts';
import type { Exchange } from './traffic.ts';

export interface Metrics {
  readonly contentType: string;
  observe(exchange: Exchange): void;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

/** What the API reads to tell it. */
interface Sources {
  readonly pool: ConnectionPool;
  readonly cache: Cache<unknown> | undefined;
  /** Which of a stack's instances this is; Prometheus sets the label `instance` itself. */
  readonly instance: number;
}

/** 300 and 500 ms are the lab's promises: a quantile near them is exact there. */
const durationBuckets = [
  0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30,
];

let ofProcess: Registry | undefined;

/** Processor, memory, garbage collection and the event loop's delay: once a process, whatever it serves. */
function processMetrics(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** What the API exports at `/metrics`. Its names are a contract: rules and dashboards are written against them. */
export function createMetrics({ pool, cache, instance }: Sources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the request head to the end of the answer; status "aborted" when the client went first.',
    labelNames: ['method', 'route', 'status'],
    buckets: durationBuckets,
    registers,
  });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  /** A count that is kept elsewhere. */
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });

  new Gauge({
    name: 'lab_build_info',
    help: 'Always 1; the labels tell what runs.',
    labelNames: ['api', 'node'],
    registers,
  }).set({ api: `api-${instance}`, node: process.version }, 1);
  new Gauge({
    name: 'db_pool_connections',
    help: 'Connections of the PostgreSQL pool by what they do.',
    labelNames: ['state'],
    registers,
    collect() {
      const { inUse, idle } = pool.read();
      this.set({ state: 'in_use' }, inUse);
      this.set({ state: 'idle' }, idle);
    },
  });
  gauge('db_pool_size', 'Connections that the pool may have.', () => pool.read().size);
  gauge('db_pool_waiting', 'Requests that wait for a connection now.', () => pool.read().waiting);
  counter(
    'db_pool_exhausted_total',
    'Times that a connection was asked for when all were held.',
    () => pool.read().exhausted,
  );
  counter(
    'db_pool_wait_seconds_total',
    'What requests waited for a connection in all.',
    () => pool.read().waitedSeconds,
  );
  counter('db_statements_total', 'Statements sent to PostgreSQL.', () => pool.read().queries);
  if (cache !== undefined) {
    gauge('cache_up', 'Whether the cache answers.', () => (cache.read().up ? 1 : 0));
    new Counter({
      name: 'cache_lookups_total',
      help: 'Cached reads by how they were answered; shared: by the load of another request; bypass: past a dead cache.',
      labelNames: ['result'],
      registers,
      collect() {
        const { hits, misses, shared, bypassed } = cache.read();
        this.reset();
        for (const [result, count] of Object.entries({ hit: hits, miss: misses, shared, bypass: bypassed }))
          this.inc({ result }, count);
      },
    });
  }
  return {
    contentType: registry.contentType,
    observe({ method, route, status, seconds }) {
      durations.observe({ method, route, status }, seconds);
    },
    text: async () => `${await processMetrics().metrics()}\n${await registry.metrics()}`,
  };
}
