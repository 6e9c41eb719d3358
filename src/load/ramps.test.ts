import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Load, ResolvedPlan } from '../plan/plan.ts';
import { isUnsent, type Phase, type Window } from '../record/run.ts';
import type { StagePatch } from '../record/run-writer.ts';
import { type LoadProgress, runLoad } from './run-load.ts';
import { planFor } from './testing/plan-for.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A server that counts. */
async function counting(): Promise<{ port: number; came: () => number }> {
  let came = 0;
  const server = createServer((_request, response) => {
    came += 1;
    response.end('here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    came: () => came,
  };
}

async function planWith(port: number, load: Load): Promise<ResolvedPlan> {
  const plan = await planFor(
    `{ target: 'http://127.0.0.1:${port}', endpoints: [GET /], load: { users: 1 } }`,
  );
  return { ...plan, plan: { ...plan.plan, load } };
}

/** Runs the load on two workers; what was recorded. */
async function recorded(
  plan: ResolvedPlan,
  stop?: { readonly signal: AbortSignal; look(p: LoadProgress): void },
) {
  const windows: Window[] = [];
  const stages: StagePatch[] = [];
  const events: string[] = [];
  const note = (index: number, patch: StagePatch): void => {
    stages[index] = { ...stages[index], ...patch };
  };
  const state = await runLoad(plan, {
    workers: 2,
    seed: 3,
    open: () => ({
      startStage: () => {},
      updateStage: note,
      finishStage: note,
      writeSecond: (record) => windows.push(...record.windows),
      event: ({ kind }) => events.push(kind),
    }),
    ...(stop === undefined ? {} : { stop: stop.signal, onProgress: (progress) => stop.look(progress) }),
  });
  const inPhase = (phase: Phase): number =>
    windows.reduce((sum, window) => sum + (window.phase === phase ? window.count : 0), 0);
  return {
    ...{ state, stages, events },
    /** Of a request that was sent. */
    outcomes: [...new Set(windows.flatMap(({ outcome }) => (isUnsent(outcome) ? [] : [outcome])))],
    /** Told, though not sent: a machine that is busy otherwise. */
    unsent: windows.reduce((sum, { outcome, count }) => sum + (isUnsent(outcome) ? count : 0), 0),
    counts: { ramp: inPhase('ramp'), steady: inPhase('steady'), drain: inPhase('drain') },
  };
}

describe('an open stage with ramps', () => {
  const load: Load = {
    kind: 'open',
    stages: [{ ratePerSecond: 200, rampMs: 1000, durationMs: 500, rampDownMs: 1000 }],
    arrivals: 'uniform',
  };

  it('sends the integral of the rate; what is not steady is kept apart', async () => {
    const { port, came } = await counting();
    const { state, counts, unsent, outcomes, stages } = await recorded(await planWith(port, load));
    // 200·1 s/2 in the ramp, 20 in the settling of 0.1 s, 100 in the steady part, 200·1 s/2 in the ramp-down.
    expect(counts.ramp + counts.steady + counts.drain).toBe(320);
    expect(came()).toBe(320 - unsent);
    expect([state, outcomes]).toEqual(['complete', ['ok']]);
    const [stage] = stages;
    expect((stage?.steadyToMs ?? 0) - (stage?.steadyFromMs ?? 0)).toBeCloseTo(500, 6);
    expect((stage?.endMs ?? 0) - (stage?.steadyToMs ?? 0)).toBeGreaterThan(900);
    // A request counts where its answer came: what was under way at a border may be on the other side of it.
    expect(counts.ramp).toBeGreaterThan(counts.steady / 4);
    expect(counts.drain).toBeGreaterThan(0);
  });

  it('interrupted in the ramp-down: it ends there, its steady part is whole', async () => {
    const { port, came } = await counting();
    const stopping = new AbortController();
    const long = { ...load, stages: [{ ratePerSecond: 100, durationMs: 1000, rampDownMs: 600_000 }] };
    const { state, counts, unsent, events, stages } = await recorded(await planWith(port, long), {
      signal: stopping.signal,
      look: (progress) => {
        if (progress.kind === 'second' && progress.windows.some(({ phase }) => phase === 'drain'))
          stopping.abort();
      },
    });
    expect([state, events]).toEqual(['interrupted', ['interrupted']]);
    expect((stages[0]?.steadyToMs ?? 0) - (stages[0]?.steadyFromMs ?? 0)).toBeCloseTo(1000, 6);
    expect(counts.drain).toBeGreaterThan(0);
    expect(counts.ramp + counts.steady + counts.drain - unsent).toBe(came());
  });
});

describe('a closed stage with a ramp-down', () => {
  const stages = [{ users: 10, spawnRate: 1000, durationMs: 500, rampDownMs: 1500 }];
  // One request every 50 ms for each user.
  const load: Load = { kind: 'closed', stages, thinkTime: { kind: 'uniform', minMs: 50, maxMs: 50 } };

  it('users leave one by one: in the ramp-down about half of the requests that all of them would have made', async () => {
    const { port, came } = await counting();
    const { state, counts, outcomes } = await recorded(await planWith(port, load));
    expect([state, outcomes]).toEqual(['complete', ['ok']]);
    expect(came()).toBe(counts.ramp + counts.steady + counts.drain);
    // Never more than 20/s for each of 10 users, falling as a staircase: 55 % of 1.5 s, and one a user at its border.
    expect(counts.drain).toBeLessThanOrEqual(1.5 * 20 * 10 * 0.55 + 10);
    // Far more than answers outstanding at the end of the steady part, one a user at most.
    expect(counts.drain).toBeGreaterThan(30);
  });
});
