import { expect, test } from 'vitest';
import { analyse } from '../analyse.ts';
import { searched, searchTrial } from '../testing/search-trial.ts';

const seeds = [3001, 3002, 3003, 3004, 3005, 3006, 3007, 3008, 3009, 3010, 3011, 3012];

/** What `node bench/search-accuracy.ts` measures on many, on a few: systems whose limits are known in closed form. */
test('of twelve systems at least ten knees and rates are within 10 %, and ten intervals hold the truth', () => {
  const found = seeds.map((seed) => {
    const trial = searchTrial(seed);
    const { run, elapsedMs } = searched(trial.system, { budgetMs: 90_000, seed });
    expect(elapsedMs).toBeLessThanOrEqual(90_000);
    const { knee, sla, recovery } = analyse(run).capacity;
    expect(recovery?.recovered).toBe(true);
    const near = (estimate: typeof knee, truth: number) =>
      estimate.state === 'estimated' && Math.abs(estimate.estimate / truth - 1) <= 0.1;
    const holds = (estimate: typeof knee, truth: number) =>
      estimate.state === 'estimated' &&
      (estimate.low ?? 0) <= truth &&
      truth <= (estimate.high ?? Number.POSITIVE_INFINITY);
    return {
      knee: near(knee, trial.knee),
      kneeHolds: holds(knee, trial.knee),
      rate: near(sla, trial.slaRate),
      rateHolds: holds(sla, trial.slaRate),
    };
  });
  const of = (name: keyof (typeof found)[number]) => found.filter((one) => one[name]).length;
  expect(of('knee')).toBeGreaterThanOrEqual(10);
  expect(of('rate')).toBeGreaterThanOrEqual(10);
  expect(of('kneeHolds')).toBeGreaterThanOrEqual(10);
  expect(of('rateHolds')).toBeGreaterThanOrEqual(10);
}, 60_000);
