import { describe, expect, test } from 'vitest';
import { stagesOf } from '../testing/given-measurements.ts';
import { fitModel } from './fit.ts';
import { loadPoints, studentT95 } from './load-point.ts';
import { hinge, hingeWithDecline, type Model, rateAt, usl } from './model.ts';
import { minimise } from './nelder-mead.ts';

const ladder = [1, 2, 5, 10, 20, 50, 100, 200];

function exact(model: Model, logParameters: readonly number[]) {
  return loadPoints(
    stagesOf(
      ladder.map((users) => {
        const rate = rateAt(model, logParameters, users);
        return { users, rate, blockRates: [rate, rate, rate, rate, rate] };
      }),
    ),
    'closed',
  );
}

describe('a model is recovered from its own exact data', () => {
  test.each<[string, Model, Readonly<Record<string, number>>, readonly number[]]>([
    ['hinge', hinge, { xmax: 40, cycleTimeMs: 800, knee: 32 }, [0.8, 40]],
    [
      'hinge with decline',
      hingeWithDecline,
      { xmax: 40, cycleTimeMs: 800, knee: 32, decline: 0.4 },
      [0.8, 40, 0.4],
    ],
    // Gunther, Guerrilla Capacity Planning, in the shape of his TPC-W example.
    ['USL', usl, { lambda: 995.6, sigma: 0.0267, kappa: 0.000769, peak: 35.5759 }, [995.6, 0.0267, 0.000769]],
  ])('%s', (_, model, expected, parameters) => {
    const fit = fitModel(model, exact(model, parameters.map(Math.log)));
    for (const [name, value] of Object.entries(model.named(fit.logParameters))) {
      expect(value / (expected[name] ?? Number.NaN)).toBeCloseTo(1, 4);
    }
    expect(fit.r2).toBeCloseTo(1, 6);
  });

  test('one wild stage of eight does not move the hinge', () => {
    const points = exact(hinge, [Math.log(0.8), Math.log(40)]).map((p) =>
      p.load === 100 ? { ...p, rate: p.rate / 3 } : p,
    );
    expect(hinge.kneeOf(fitModel(hinge, points).logParameters) / 32).toBeCloseTo(1, 1);
  });
});

describe('minimise', () => {
  test('Rosenbrock (1960) from (−1.2, 1)', () => {
    const found = minimise(([x = 0, y = 0]) => 100 * (y - x * x) ** 2 + (1 - x) ** 2, [-1.2, 1]);
    expect(found.at[0]).toBeCloseTo(1, 5);
    expect(found.at[1]).toBeCloseTo(1, 5);
  });

  test('values that are no number are avoided', () => {
    const found = minimise(([x = 0]) => (x < 0 ? Number.NaN : (x - 0.1) ** 2), [1]);
    expect(found.at[0]).toBeCloseTo(0.1, 5);
  });
});

test.each([
  [4, 2.776],
  [9, 2.262],
  [Number.POSITIVE_INFINITY, 1.96],
])('t(0.975) with %s degrees of freedom is %s', (degrees, expected) => {
  expect(studentT95(degrees)).toBeCloseTo(expected, 3);
});
