import type { Setup } from '../setup.ts';
import { writes } from './measuring-plan.ts';

/** One of the reference document's recommendations, as the lab carries it out. */
export interface Remedy {
  /** Of the files and the JSON. */
  readonly id: string;
  readonly title: string;
  /** What differs from the baseline. */
  readonly setup: Partial<Setup>;
  /** Arguments of `loadline what-if` on the baseline's run, or why it has no model of this. */
  readonly prediction:
    | { readonly whatIf: readonly string[]; readonly assumes: string }
    | { readonly noModel: string };
  /** What it costs beside machines: memory and processes are measured. */
  readonly cost: string;
}

const onWrites = writes.flatMap((name) => ['--endpoint', name]);

export const remedies: readonly Remedy[] = [
  {
    id: 'pool',
    title: 'Connection pool of 40 in place of 4',
    setup: { pool: 40 },
    prediction: { whatIf: ['--pool', '40', '--pool-now', '4'], assumes: 'the pool holds 4 today' },
    cost: 'a PostgreSQL backend process for each connection',
  },
  {
    id: 'cache',
    title: 'Reads from Redis, five minutes',
    setup: { cache: 'redis' },
    prediction: { whatIf: ['--cache-hit', '0.8'], assumes: '80 % hits' },
    cost: 'a Redis; a reader may see what was true up to five minutes ago if a write goes past the API',
  },
  {
    id: 'async',
    title: 'Signatures in worker threads, off the event loop',
    setup: { eventLoopWork: false },
    prediction: { noModel: 'a share of the processor is moved, and the run does not tell how large it is' },
    cost: 'none in machines; four threads share the cores with the event loop',
  },
  {
    id: 'keep-alive',
    title: 'Connections are kept',
    setup: { keepAlive: true },
    prediction: { whatIf: ['--keep-alive'], assumes: 'all are kept' },
    cost: 'an open socket for each user',
  },
  {
    id: 'write-batching',
    title: "A write's rows in one transaction",
    setup: { writeBatching: true },
    prediction: {
      whatIf: ['--demand', '0.25', ...onWrites],
      assumes: 'a write waits for one commit in place of four',
    },
    cost: 'none; a write is all or nothing, which is a gain',
  },
  {
    id: 'async-commit',
    title: 'Asynchronous commit',
    setup: { commit: 'async' },
    prediction: { noModel: 'the share of the time that commits take was not measured' },
    cost: 'durability: when PostgreSQL crashes, up to 600 ms of accepted writes are lost',
  },
  {
    id: 'no-audit',
    title: 'Reads leave no row behind',
    setup: { auditReads: false },
    prediction: { noModel: 'what a read writes was not measured apart' },
    cost: 'who read what is no longer known',
  },
  {
    id: 'indexes',
    title: 'Foreign keys indexed',
    setup: { indexes: true },
    prediction: { noModel: 'the time of the scans was not measured' },
    cost: 'a little of each write, and of the disk',
  },
  {
    id: 'instances',
    title: 'Three instances behind HAProxy',
    setup: { instances: 3 },
    prediction: { whatIf: ['--instances', '3'], assumes: 'the instances share nothing that is full' },
    cost: 'three processes and a balancer; three pools at the database',
  },
  {
    id: 'replica',
    // A read that writes must go to the primary.
    title: 'Reads leave no row behind, and come from a streaming replica',
    setup: { auditReads: false, replica: true },
    prediction: { noModel: 'what the database alone takes of a request was not measured' },
    cost: 'a second PostgreSQL; a read may come before the write it should see',
  },
  {
    id: 'monitoring',
    title: 'Prometheus with rules and alerts',
    setup: { monitoring: true },
    prediction: { noModel: 'it is to change nothing' },
    cost: 'a Prometheus, and a scrape of each instance every few seconds',
  },
  {
    id: 'autoscale',
    title: 'Instances added and removed with the load',
    setup: { autoscale: true },
    prediction: { noModel: 'how many instances there will be is not known before' },
    cost: 'the balancer; instances as the load asks, four at most',
  },
];

/** Of static resources, which the load above does not ask for: they have a load of their own. */
export const staticRemedies: readonly Pick<Remedy, 'id' | 'title' | 'setup' | 'cost'>[] = [
  {
    id: 'static',
    title: 'Compressed once, with ETag',
    setup: { staticCaching: true },
    cost: 'the compressed bytes in memory; a client may show what is an hour old',
  },
  {
    id: 'static-balancer',
    title: "Likewise, and kept in HAProxy's cache",
    setup: { staticCaching: true, balancer: true },
    cost: 'a balancer, which may answer what is an hour old',
  },
];

/** The tuned profile on three instances, with a pool of 120 connections, Redis, a replica and monitoring. */
export const allTogether: Partial<Setup> = {
  profile: 'tuned',
  pool: 40,
  cache: 'redis',
  instances: 3,
  replica: true,
  monitoring: true,
};

/** What lies far above the baseline's capacity, per second. */
export const overloadRate = 120;

/** The production limit of the reference document: what the baseline carries is let in, the rest is told to come later. */
export const limited: Partial<Setup> = {
  balancer: true,
  maxInFlight: 6,
  queueTimeoutMs: 500,
  rateLimit: 45,
};
