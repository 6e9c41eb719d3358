import { type DatabaseServer, externalServer } from '../database-server.ts';
import { LabError } from '../lab-error.ts';
import { prepareDatabase } from '../prepared-database.ts';
import { identify } from '../process-identity.ts';
import { readsOnly } from '../replicated-store.ts';
import { seedTexts } from '../seed.ts';
import type { Setup } from '../setup.ts';
import { dependencyConnections } from '../troubles/dependency.ts';
import { startApiInstance } from './api-instance.ts';
import { startBalancedApi } from './balanced-api.ts';
import { makePostgres, startPostgres } from './postgres.ts';
import { startPrometheus } from './prometheus.ts';
import { startRedis } from './redis.ts';
import { makeReplica } from './replica.ts';
import type { Running } from './running.ts';
import type { StackState } from './state.ts';
import { type SupervisedReading, supervise } from './supervised.ts';

/** Servers to use in place of the stack's own. */
export interface Others {
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
}

/** The API of a stack: one process, or several behind the balancer. */
export interface StackApi {
  readonly url: string;
  read(): readonly SupervisedReading[];
  /** What Prometheus is to scrape, now and after each change. */
  onTargets(tell: (targets: Targets) => void): void;
  /** Each instance anew, without a failed request where there is a balancer. */
  restart(): Promise<void>;
  /** The balancer reads its configuration again; nothing is done where there is none. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

export interface Targets {
  readonly api: readonly { readonly name: string; readonly url: string }[];
  readonly haproxy: readonly { readonly name: string; readonly url: string }[];
}

/** A stack that runs, in the process that supervises it. */
export interface Stack {
  /** Of the balancer, or of the only instance. */
  readonly url: string;
  read(): readonly SupervisedReading[];
  restart(): Promise<void>;
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** The most instances there may be: `--instances` and the autoscaler go no further. */
export const instanceLimit = 4;
/** Connections beyond the pools': the lab's own at start and stop, the replica's, and someone who looks. */
const spareConnections = 16;

/**
 * Starts the components of a setup one after the other, each when those that it needs answer.
 *
 * @throws LabError with a remedy, when one does not start; those before it are ended then.
 */
export async function startStack(setup: Setup, state: StackState, others: Others): Promise<Stack> {
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  const readings: (() => readonly SupervisedReading[])[] = [];
  const run = async <T extends Running>(start: () => Promise<T>): Promise<T> => {
    const supervised = await supervise(start);
    undo.push(() => supervised.stop());
    readings.push(() => [supervised.read()]);
    return supervised.current();
  };
  try {
    const { databaseUrl, replicaUrl } = await startDatabases(setup, state, others, { run, undo });
    const redisUrl = setup.cache === 'redis' ? await startCache(state, others, run) : null;
    const instance = (number: number, port: number) =>
      startApiInstance(state, {
        switches: setup,
        seed: setup.seed,
        port,
        instance: number,
        databaseUrl,
        replicaUrl,
        redisUrl,
      });
    const api = setup.balancer
      ? await startBalancedApi(setup, state, (number) => instance(number, 0))
      : await startSingleApi(setup, instance);
    undo.push(() => api.stop());
    readings.push(() => api.read());
    if (setup.monitoring) await startMonitoring(state, api, run);
    return {
      url: api.url,
      read: () => readings.flatMap((read) => read()),
      restart: () => api.restart(),
      reload: () => api.reload(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Run = <T extends Running>(start: () => Promise<T>) => Promise<T>;

async function startDatabases(
  setup: Setup,
  state: StackState,
  others: Others,
  { run, undo }: { run: Run; undo: (() => Promise<void>)[] },
): Promise<{ databaseUrl: string; replicaUrl: string | null }> {
  const rows = seedTexts(setup.seed);
  if (others.databaseUrl !== null) {
    if (setup.replica)
      throw new LabError(
        'replica-of-another',
        'a replica is made of the embedded PostgreSQL only',
        'leave DATABASE_URL or `--replica` away',
      );
    await prepareDatabase(externalServer(others.databaseUrl), setup, rows, undo);
    return { databaseUrl: others.databaseUrl, replicaUrl: null };
  }
  if (setup.replica && !readsOnly(setup))
    throw new LabError(
      'reads-that-write',
      'a replica answers no read that writes',
      'choose `--audit-reads off`, `--count-uses off` and `--trail-rows 0`, as in `--profile tuned`',
    );
  const processes = setup.balancer ? instanceLimit + 1 : 1;
  const connections = processes * (setup.pool + dependencyConnections) + spareConnections;
  const cluster = await makePostgres(state, connections);
  const primary = await run(() => startPostgres(state, cluster));
  const server: DatabaseServer = { kind: 'embedded', connectionString: primary.url, stop: primary.stop };
  await prepareDatabase(server, setup, rows, undo);
  if (!setup.replica) return { databaseUrl: primary.url, replicaUrl: null };
  const copy = await makeReplica(state, cluster);
  const replica = await run(() => startPostgres(state, copy, 'postgres-replica'));
  return { databaseUrl: primary.url, replicaUrl: replica.url };
}

async function startCache(state: StackState, others: Others, run: Run): Promise<string> {
  if (others.redisUrl !== null) return others.redisUrl;
  let again: string | undefined;
  const redis = await run(() => startRedis(state, again));
  again = redis.url;
  return redis.url;
}

async function startSingleApi(
  setup: Setup,
  instance: (number: number, port: number) => Promise<Running & { url: string; port: number }>,
): Promise<StackApi> {
  let { port } = setup;
  const supervised = await supervise(() => instance(1, port));
  const { url } = supervised.current();
  port = Number(new URL(url).port);
  return {
    url,
    read: () => [supervised.read()],
    onTargets: (tell) => tell({ api: [{ name: 'api-1', url: `${url}/metrics` }], haproxy: [] }),
    restart: async () => void (await supervised.restart()),
    reload: async () => undefined,
    stop: () => supervised.stop(),
  };
}

async function startMonitoring(state: StackState, api: StackApi, run: Run): Promise<void> {
  let targets: Targets = { api: [], haproxy: [] };
  let port = 0;
  let watch: ((now: Targets) => void) | undefined;
  api.onTargets((now) => {
    targets = now;
    watch?.(now);
  });
  const started = await run(async () => {
    const prometheus = await startPrometheus(state, { watched: targets, port });
    watch = (now) => {
      prometheus.watch('api', now.api);
      prometheus.watch('haproxy', now.haproxy);
    };
    return prometheus;
  });
  port = Number(new URL(started.url).port);
}

/** For those that start processes by themselves. */
export function identityOf(running: Running): { pid: number; startedAt: string } {
  return identify(running.pid) ?? { pid: running.pid, startedAt: '' };
}
