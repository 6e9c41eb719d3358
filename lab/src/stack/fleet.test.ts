import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { externalServer } from '../database-server.ts';
import { prepareDatabase } from '../prepared-database.ts';
import { identify } from '../process-identity.ts';
import { defaultSeed, seedTexts } from '../seed.ts';
import { alone } from '../setup.ts';
import { tuned } from '../switches.ts';
import { describeWith, openTestDatabase } from '../test-database.ts';
import { describeWithPrograms } from '../test-programs.ts';
import { startApiInstance } from './api-instance.ts';
import { type ScalingStep, startAutoscaler } from './autoscaler.ts';
import { type Fleet, type FleetMember, openFleet, serverOf } from './fleet.ts';
import { type Balancer, startHaproxy } from './haproxy.ts';
import { stackStateIn } from './state.ts';

const database = await openTestDatabase();
const switches = { ...tuned, pool: 2, cache: 'off' } as const;

interface Told {
  readonly method: string;
  readonly status: number;
  readonly id: number | undefined;
}

/** Clients that read and write one after the other until they are told to stop; every answer, failures as status 0. */
function startLoad(url: string, clients: number): { stop(): Promise<readonly Told[]>; count(): number } {
  const told: Told[] = [];
  let isOver = false;
  const ask = async (method: string, path: string, body?: string): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    try {
      const answer = await fetch(
        `${url}${path}`,
        body === undefined ? { method } : { method, body, headers },
      );
      const read: unknown = await answer.json();
      const id = read !== null && typeof read === 'object' && 'id' in read ? Number(read.id) : undefined;
      told.push({ method, status: answer.status, id });
    } catch {
      told.push({ method, status: 0, id: undefined });
    }
  };
  const client = async () => {
    while (!isOver) {
      await ask('GET', '/posts/1');
      await ask('POST', '/todos', JSON.stringify({ userId: 1, title: 'kept', completed: false }));
    }
  };
  const ended = Promise.all(Array.from({ length: clients }, client));
  return {
    count: () => told.length,
    async stop() {
      isOver = true;
      await ended;
      return told;
    },
  };
}

const outcomes = (told: readonly Told[]) =>
  [...new Set(told.map(({ method, status }) => `${method} ${status}`))].toSorted();

/** The test's own time limit ends it. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describeWithPrograms({ haproxy: 'haproxy' }, 'API instances behind HAProxy', () => {
  describeWith(database, 'over PostgreSQL', ({ url: databaseUrl, witness, stop }) => {
    const folder = mkdtempSync(join(tmpdir(), 'loadline-fleet-'));
    const state = stackStateIn(folder);
    const undo: (() => Promise<void>)[] = [];
    afterAll(async () => {
      for (const each of undo.toReversed()) await each();
      await stop();
      rmSync(folder, { recursive: true });
    });

    async function startInstance(number: number): Promise<FleetMember> {
      const parts = { databaseUrl, replicaUrl: null, redisUrl: null, seed: defaultSeed };
      const running = await startApiInstance(state, { ...parts, switches, port: 0, instance: number });
      const identity = identify(running.pid);
      if (identity === undefined) throw new Error('the instance has ended');
      return { number, running, identity };
    }

    let fleet: Fleet;
    let balancer: Balancer;
    beforeAll(async () => {
      await prepareDatabase(externalServer(databaseUrl), switches, seedTexts(defaultSeed), undo);
      const members = [await startInstance(1)];
      const limits = { ...alone, keepAlive: true };
      balancer = await startHaproxy(state, { limits, servers: members.map(serverOf), port: 0 });
      undo.push(balancer.stop);
      fleet = openFleet({ balancer, members, startInstance, limit: 2 });
      undo.push(fleet.stop);
    });

    const pids = () => fleet.members().map(({ running }) => running.pid);
    const servers = async () =>
      (await balancer.read()).servers.map(({ name, status }) => `${name} ${status}`);

    test('a single instance is restarted without a failed request', async () => {
      const [before] = pids();
      const load = startLoad(balancer.url, 2);
      await fleet.restart();
      expect(outcomes(await load.stop())).toEqual(['GET 200', 'POST 201']);
      expect([pids().length, pids().includes(before ?? 0)]).toEqual([1, false]);
      expect(await servers()).toEqual(['api-1 UP']);
    });

    test('grown, reloaded and restarted under load: every request is answered, every write is kept', async () => {
      await witness('DELETE FROM loadline_lab.todos');
      const load = startLoad(balancer.url, 6);
      expect([await fleet.grow(), await fleet.grow()]).toEqual([2, 2]);
      expect(await servers()).toEqual(['api-1 UP', 'api-2 UP']);
      const before = pids();
      await balancer.reload();
      await fleet.restart();
      expect([pids().length, pids().filter((pid) => before.includes(pid))]).toEqual([2, []]);
      expect(await servers()).toEqual(['api-1 UP', 'api-2 UP']);
      const soFar = load.count();
      await until(() => load.count() > soFar + 20);
      const told = await load.stop();
      expect(outcomes(told)).toEqual(['GET 200', 'POST 201']);

      const accepted = told.filter(({ method }) => method === 'POST').map(({ id }) => id);
      const kept = await witness('SELECT id FROM loadline_lab.todos');
      expect(kept.map(({ id }) => Number(id)).toSorted()).toEqual(accepted.toSorted());
    });

    test('killed: reads go on, and it is started again where it was', async () => {
      const [, victim = 0] = pids();
      const load = startLoad(balancer.url, 4);
      await until(() => load.count() > 20);
      process.kill(victim, 'SIGKILL');
      while ((await fleet.heal()) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      const told = await load.stop();
      expect(outcomes(told.filter(({ method }) => method === 'GET'))).toEqual(['GET 200']);
      expect([pids().length, pids().includes(victim)]).toEqual([2, false]);
      expect(await servers()).toEqual(['api-1 UP', 'api-2 UP']);
      expect(await fleet.heal()).toBe(0);
    });

    test('shrunk under load without a failed request; then the autoscaler adds an instance for a load, and removes it', async () => {
      const meanwhile = startLoad(balancer.url, 2);
      expect([await fleet.shrink(), await fleet.shrink()]).toEqual([1, 1]);
      expect(await servers()).toEqual(['api-1 UP']);
      expect(outcomes(await meanwhile.stop())).toEqual(['GET 200', 'POST 201']);
      const steps: ScalingStep[] = [];
      const faults: unknown[] = [];
      const autoscaler = startAutoscaler({
        fleet,
        balancer,
        targets: { rate: 1e6, cores: 0.05, inFlight: 1e6 },
        policy: { minimum: 1, maximum: 2, tolerance: 0.1, upWindowMs: 0, downWindowMs: 1500 },
        onStep: (step) => steps.push(step),
        onFault: (fault) => faults.push(fault),
      });
      const load = startLoad(balancer.url, 2);
      await until(() => steps.at(-1)?.after === 2);
      const grown = steps.at(-1);
      expect(outcomes(await load.stop())).toEqual(['GET 200', 'POST 201']);
      await until(() => steps.at(-1)?.after === 1);
      const shrunk = steps.at(-1);
      await autoscaler.stop();
      expect(grown?.busyCores).toBeGreaterThan(0.05);
      expect(grown?.ratePerSecond).toBeGreaterThan(0);
      expect(shrunk?.ratePerSecond).toBe(0);
      expect([faults, fleet.members().length]).toEqual([[], 1]);
    });
  });
});
