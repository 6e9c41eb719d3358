import { describe, expect, test } from 'vitest';
import type { RunStage } from '../../record/run.ts';
import type { TrialOrder } from '../../record/trial.ts';
import { closedNetwork } from './closed-network.ts';
import type { Distribution } from './queueing.ts';
import { simulatedSession } from './simulated-session.ts';
import type { SimulatedSystem, Step, SystemStation } from './simulated-system.ts';
import { networkOf } from './system-bounds.ts';

/** What a session measures, against textbook formulas. */

const bare = (stations: readonly SystemStation[], steps: readonly Step[]): SimulatedSystem => ({
  name: 'theory',
  stations,
  endpoints: [{ name: 'GET /a', steps }],
  control: [],
  truth: { causes: [], endpoints: [] },
  networkMs: 0,
  connect: { ms: 0 },
});

function measured(system: SimulatedSystem, load: Pick<TrialOrder, 'closed' | 'open'>, seconds: number) {
  const session = simulatedSession(system, { seed: 7 });
  session.carryOut({
    trial: { kind: 'rate' },
    because: '',
    ...load,
    settleMs: 20_000,
    durationMs: seconds * 1000,
  });
  const stage = session.run().stages[0];
  if (stage === undefined) throw new Error('a stage expected');
  return stage;
}

/** Mean of batches of seconds, and four standard errors of it. */
function batched(stage: RunStage, batches: number, of: 'responseMs' | 'ratePerSecond') {
  if (stage.data.kind !== 'windows') throw new Error('a recorded stage expected');
  const fromSecond = stage.steadyFromMs / 1000;
  const seconds = (stage.steadyToMs - stage.steadyFromMs) / 1000 / batches;
  const values = Array.from({ length: batches }, (_, i) => ({ sumUs: 0, count: 0, i }));
  for (const { second, phase, response } of stage.data.windows) {
    const batch = values[Math.floor((second - fromSecond) / seconds)];
    if (phase !== 'steady' || batch === undefined) continue;
    batch.sumUs += response.sumUs;
    batch.count += response.count;
  }
  const each = values.map(({ sumUs, count }) =>
    of === 'responseMs' ? sumUs / count / 1000 : count / seconds,
  );
  const mean = each.reduce((a, b) => a + b, 0) / batches;
  const variance = each.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (batches - 1);
  return { mean, margin: 4 * Math.sqrt(variance / batches) };
}

/** Erlang's C: share of arrivals at M/M/m that wait. */
function erlangC(servers: number, load: number): number {
  let blocked = 1;
  for (let m = 1; m <= servers; m += 1) blocked = (load * blocked) / (m + load * blocked);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

describe('open arrivals', () => {
  const at = (rate: number, servers: number, ms: number) => (rate * ms) / 1000 / servers;
  type Row = Pick<SystemStation, 'servers' | 'discipline'> & {
    readonly name: string;
    readonly rate: number;
    readonly distribution?: Distribution;
    readonly expected: number;
  };
  test.each<Row>([
    { name: 'M/M/1', rate: 70, servers: 1, expected: 10 / (1 - at(70, 1, 10)) },
    {
      name: 'M/M/4',
      rate: 340,
      servers: 4,
      expected: 10 + (erlangC(4, 3.4) * 10) / (4 * (1 - at(340, 4, 10))),
    },
    {
      name: 'M/D/1',
      rate: 70,
      servers: 1,
      distribution: 'constant',
      expected: 10 + (0.7 * 10) / (2 * (1 - 0.7)),
    },
    { name: 'M/M/1 shared', rate: 70, servers: 1, discipline: 'ps', expected: 10 / (1 - 0.7) },
    {
      name: 'M/D/1 shared: the distribution does not matter',
      rate: 70,
      servers: 1,
      discipline: 'ps',
      distribution: 'constant',
      expected: 10 / (1 - 0.7),
    },
  ])('$name', ({ rate, servers, expected, distribution = 'exponential', discipline = 'fifo' }) => {
    const system = bare(
      [{ name: 's', servers, discipline }],
      [{ kind: 'serve', station: 's', ms: 10, distribution }],
    );
    const stage = measured(system, { closed: null, open: { ratePerSecond: rate, weights: null } }, 800);
    const { mean, margin } = batched(stage, 20, 'responseMs');
    expect(margin).toBeLessThan(0.1 * expected);
    expect(Math.abs(mean - expected)).toBeLessThan(margin);
  });

  test('a place that is held over a wait is a server', () => {
    const steps: readonly Step[] = [
      { kind: 'hold', station: 's', steps: [{ kind: 'delay', ms: 10, distribution: 'exponential' }] },
    ];
    const system = bare([{ name: 's', servers: 4 }], steps);
    const stage = measured(system, { closed: null, open: { ratePerSecond: 340, weights: null } }, 400);
    const { mean, margin } = batched(stage, 20, 'responseMs');
    const expected = 10 + (erlangC(4, 3.4) * 10) / (4 * (1 - 0.85));
    expect(margin).toBeLessThan(0.15 * expected);
    expect(Math.abs(mean - expected)).toBeLessThan(margin);
  });
});

describe('users', () => {
  const system = bare(
    [
      { name: 'cpu', servers: 2, discipline: 'ps' },
      { name: 'pool', servers: 4 },
    ],
    [
      { kind: 'serve', station: 'cpu', ms: 8 },
      { kind: 'serve', station: 'pool', ms: 20 },
      { kind: 'delay', ms: 15 },
    ],
  );
  test.each([1, 5, 12, 40])('%i of them, in a network of two stations and a delay', (users) => {
    const thinkTime = { kind: 'exponential', meanMs: 30 } as const;
    const stage = measured(system, { closed: { users, thinkTime, weights: null }, open: null }, 200);
    const expected = closedNetwork(networkOf(system), 30, users).at(-1);
    const { mean, margin } = batched(stage, 20, 'ratePerSecond');
    expect(margin).toBeLessThan(0.08 * mean);
    expect(Math.abs(mean - (expected?.ratePerSecond ?? 0))).toBeLessThan(margin);
  });

  test('a contended station gives the Universal Scalability Law', () => {
    const contended = bare(
      [{ name: 's', servers: 1, discipline: 'contended', sigma: 0.05, kappa: 0.004 }],
      [{ kind: 'serve', station: 's', ms: 20 }],
    );
    const thinkTime = { kind: 'uniform', minMs: 0, maxMs: 0 } as const;
    for (const users of [1, 8, 40]) {
      const stage = measured(contended, { closed: { users, thinkTime, weights: null }, open: null }, 100);
      const expected = (50 * users) / (1 + 0.05 * (users - 1) + 0.004 * users * (users - 1));
      const { mean, margin } = batched(stage, 20, 'ratePerSecond');
      expect(margin).toBeLessThan(0.1 * mean);
      expect(Math.abs(mean - expected)).toBeLessThan(margin);
    }
  });
});
