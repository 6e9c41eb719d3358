import { describe, expect, test } from 'vitest';
import { doneEvent, type Trial, type TrialOrder } from '../../record/trial.ts';
import { analyse } from '../analyse.ts';
import { analysisSchema } from '../analysis.ts';
import { splitRun } from '../split-run.ts';
import { simulatedSession } from '../testing/simulated-session.ts';
import type { SimulatedSystem } from '../testing/simulated-system.ts';
import { describeProbes } from './describe-probes.ts';
import { noReadings } from './probe-readings.ts';

const system: SimulatedSystem = {
  name: 'a pool of 4',
  stations: [
    { name: 'pool', servers: 4 },
    { name: 'cpu', servers: 2, discipline: 'ps' },
  ],
  endpoints: [
    { name: 'GET /a', keys: 100, steps: [{ kind: 'serve', station: 'pool', ms: 10 }] },
    { name: 'GET /b', steps: [{ kind: 'serve', station: 'cpu', ms: 1 }] },
  ],
  control: [{ kind: 'serve', station: 'cpu', ms: 0.3 }],
  truth: { causes: ['connection-pool'], endpoints: [0], size: 4 },
};

const none = { kind: 'uniform', minMs: 0, maxMs: 0 } as const;
const order = (
  trial: Trial,
  users: number | null,
  rate: number | null,
  weights: number[] | null,
): TrialOrder => ({
  trial,
  because: `why ${trial.kind}`,
  closed: users === null ? null : { users, thinkTime: none, weights: users === null ? null : weights },
  open: rate === null ? null : { ratePerSecond: rate, weights: users === null ? weights : [0, 1, 1] },
  settleMs: 500,
  durationMs: 5000,
});

const session = simulatedSession(system, { seed: 3 });
for (const one of [
  order({ kind: 'ladder' }, 1, null, null),
  order({ kind: 'single-user' }, 1, null, [1, 1, 1]),
  order({ kind: 'ladder' }, 8, null, null),
  order({ kind: 'solo', endpoint: 0 }, 8, null, [1]),
  order({ kind: 'coupling', held: 0 }, 16, 6, [1]),
  order({ kind: 'rate' }, null, 100, null),
])
  session.carryOut(one);
const recorded = session.run();
const run = {
  ...recorded,
  events: [
    ...recorded.events,
    { atMs: 0, kind: 'scouting', text: 'before the load 4 single requests were sent: 4 GET /a' },
    doneEvent('nothing is left open', [{ probe: 'writes to one row', because: 'it changes data' }], 1),
  ],
};
const probes = describeProbes(splitRun(run), {
  ...noReadings,
  solo: [
    {
      endpoint: 0,
      stages: [4],
      saturation: null,
      single: null,
      knee: null,
      parallelism: null,
      errors: 0,
      because: null,
    },
  ],
  coupling: [
    {
      held: 0,
      probed: 2,
      stage: 5,
      idle: null,
      loaded: null,
      added: { value: 0.1, low: 0, high: 0.2 },
      heldAdded: null,
      share: null,
      factor: null,
      tellsApart: true,
    },
  ],
});

describe("what a search did beside the report's own stages", () => {
  test('each stage has a number behind them, a name, and its reason', () =>
    expect(probes?.stages.map(({ stage, name, because }) => [stage, name, because])).toEqual([
      [3, '3 endpoints in turn, 1 user', 'why single-user'],
      [4, 'GET /a alone, 8 users', 'why solo'],
      [5, 'beside GET /a under load, 16 users', 'why coupling'],
      [6, 'trial at 100 requests/s', 'why rate'],
    ]));

  test('readings have names in place of indices; a control is known as one', () => {
    expect(probes?.coupling[0]).toMatchObject({ held: 'GET /a', isControl: true, added: { value: 0.1 } });
    expect(probes?.solo[0]).toMatchObject({ endpoint: 'GET /a', points: [{ stage: 4, users: 8 }] });
    // Four places of 10 ms are full.
    expect(Math.abs((probes?.solo[0]?.points[0]?.rate?.value ?? 0) / 400 - 1)).toBeLessThan(0.1);
  });

  test('what was sent before, how much it took, and why it ended', () => {
    expect(probes?.statements[0]).toBe('Before the load 4 single requests were sent: 4 GET /a.');
    expect(probes?.statements[1]).toMatch(/^4 further stages took \d+ s and [\d,]+ requests\./);
    expect(probes?.statements[2]).toBe('The search ended: nothing is left open.');
    expect(probes?.notRun).toEqual([{ probe: 'writes to one row', because: 'it changes data' }]);
  });

  test('requests are those of the stage, settling included', () => {
    const sent = probes?.stages.map(({ requests, endpoints }) => [
      requests,
      endpoints.reduce((sum, { count }) => sum + count, 0),
    ]);
    for (const [all = 0, counted = 0] of sent ?? []) expect(all).toBeGreaterThan(counted);
  });

  test('the analysis holds it, and a run without a search holds none', () => {
    expect(analysisSchema.parse(analyse(run)).probes?.stages).toHaveLength(4);
    const plain = { ...run, events: [], stages: run.stages.slice(0, 1) };
    expect('probes' in analyse(plain)).toBe(false);
  });
});
