import { expect, test } from 'vitest';
import { closedNetwork } from './closed-network.ts';
import { finiteSourceRate } from './finite-source.ts';

test("Lazowska's three centres with thinking users, step by step as exact mean value analysis goes", () => {
  // CPU 0.605 s, disks 2.1 s and 1.35 s, Z = 15 s. Rₖ(N) = Dₖ·(1 + Qₖ(N−1)), X = N/(Z + ΣRₖ), Qₖ = X·Rₖ.
  const demands = [605, 2100, 1350];
  const points = closedNetwork(
    demands.map((demandMs) => ({ demandMs, servers: 1 })),
    15_000,
    10,
  );
  let queues = [0, 0, 0];
  for (const { users, ratePerSecond, responseMs } of points) {
    const residences = demands.map((demand, k) => demand * (1 + (queues[k] ?? 0)));
    const response = residences.reduce((a, b) => a + b, 0);
    const perMs = users / (15_000 + response);
    queues = residences.map((residence) => perMs * residence);
    expect(ratePerSecond / (perMs * 1000)).toBeCloseTo(1, 9);
    expect(responseMs / response).toBeCloseTo(1, 9);
  }
  expect(points.slice(0, 3).map((point) => Number(point.ratePerSecond.toFixed(4)))).toEqual([
    0.0525, 0.1031, 0.1515,
  ]);
});

test.each([
  { servers: 1, serviceMs: 50, pauseMs: 500 },
  { servers: 4, serviceMs: 70, pauseMs: 1000 },
  { servers: 32, serviceMs: 100, pauseMs: 0 },
  { servers: 20, serviceMs: 5, pauseMs: 20 },
])('$servers servers of $serviceMs ms: as the machine repairman', ({ servers, serviceMs, pauseMs }) => {
  for (const { users, ratePerSecond } of closedNetwork([{ demandMs: serviceMs, servers }], pauseMs, 200)) {
    expect(ratePerSecond / finiteSourceRate({ servers, serviceMs, pauseMs }, users)).toBeCloseTo(1, 9);
  }
});

test('users who only think are as fast as they think', () => {
  expect(closedNetwork([], 250, 3).map(({ ratePerSecond }) => Math.round(ratePerSecond))).toEqual([4, 8, 12]);
});
