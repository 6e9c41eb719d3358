import { expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import { simulatedSession } from '../../src/analyse/testing/simulated-session.ts';
import type { SimulatedSystem } from '../../src/analyse/testing/simulated-system.ts';
import type { TrialOrder } from '../../src/record/trial.ts';
import { withoutProbes } from './without-probes.ts';

const system: SimulatedSystem = {
  name: 'a pool of 3',
  stations: [
    { name: 'pool', servers: 3 },
    { name: 'processor', servers: 4 },
  ],
  endpoints: [{ name: 'GET /a', keys: 9, steps: [{ kind: 'serve', station: 'pool', ms: 20 }] }],
  control: [{ kind: 'serve', station: 'processor', ms: 0.3 }],
  truth: { causes: ['connection-pool'], endpoints: [0], size: 3 },
};

function order(
  trial: TrialOrder['trial'],
  users: number,
  weights: readonly number[] | null = null,
): TrialOrder {
  const thinkTime = { kind: 'uniform', minMs: 0, maxMs: 0 } as const;
  return {
    trial,
    because: 'a test',
    closed: { users, thinkTime, weights },
    open: null,
    settleMs: 500,
    durationMs: 6000,
  };
}

it('leaves the ladder, and nothing that only a probe could tell', () => {
  const ladder = simulatedSession(system);
  ladder.carryOut(order({ kind: 'ladder' }, 1));
  ladder.carryOut(order({ kind: 'ladder' }, 10));
  ladder.carryOut(order({ kind: 'solo', endpoint: 0 }, 5, [1]));
  const whole = ladder.run();
  const kept = withoutProbes(whole);
  expect(kept.stages.map(({ users }) => users)).toEqual([1, 10]);
  expect(kept.endpoints.map(({ name }) => name)).toEqual(['GET /a']);
  expect(kept.stages).toEqual(analyse(whole, { version: '0.1.0', earlier: null }).stages);

  // A ladder that nothing came after is judged the same.
  const alone = simulatedSession(system);
  alone.carryOut(order({ kind: 'ladder' }, 1));
  alone.carryOut(order({ kind: 'ladder' }, 10));
  expect(withoutProbes(alone.run()).diagnosis).toEqual(kept.diagnosis);
});
