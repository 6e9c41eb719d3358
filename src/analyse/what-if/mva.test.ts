import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedNetwork } from '../testing/closed-network.ts';
import { finiteSourceRate } from '../testing/finite-source.ts';
import { meanValueAnalysis, type ServiceStation } from './mva.ts';

describe('the example of Lazowska et al. (1984), section 6.4: CPU and two disks, 15 s of think time', () => {
  // Demands V·S: 121 × 5 ms, 70 × 30 ms, 50 × 27 ms.
  const stations: readonly ServiceStation[] = [605, 2100, 1350].map((demandMs) => ({
    kind: 'queue',
    demandMs,
  }));
  const states = meanValueAnalysis(stations, 15_000, 3);

  it.each([
    { users: 1, rate: 0.0525, response: 4.055, residence: [0.605, 2.1, 1.35] },
    { users: 2, rate: 0.1031, response: 4.401, residence: [0.624, 2.331, 1.446] },
    { users: 3, rate: 0.1515, response: 4.8, residence: [0.644, 2.605, 1.551] },
  ])('$users users: $rate per second', ({ users, rate, response, residence }) => {
    const state = states[users - 1];
    expect(state?.rate).toBeCloseTo(rate, 4);
    expect((state?.responseTimeMs ?? 0) / 1000).toBeCloseTo(response, 3);
    expect(state?.stations.map(({ timeMs }) => Math.round(timeMs) / 1000)).toEqual(residence);
  });
});

describe('several servers', () => {
  it.each([
    { servers: 2, serviceMs: 40, pauseMs: 200 },
    { servers: 8, serviceMs: 100, pauseMs: 1000 },
    { servers: 16, serviceMs: 5, pauseMs: 0 },
    { servers: 30, serviceMs: 50, pauseMs: 20 },
  ])('$servers servers of $serviceMs ms are a finite source, at any load', (system) => {
    const states = meanValueAnalysis(
      [{ kind: 'servers', demandMs: system.serviceMs, servers: system.servers }],
      system.pauseMs,
      400,
    );
    for (const users of [1, 2, 7, 20, 50, 100, 250, 400]) {
      const exact = finiteSourceRate(system, users);
      expect((states[users - 1]?.rate ?? 0) / exact).toBeCloseTo(1, 9);
    }
  });

  it('one server is a queue', () => {
    const queue = meanValueAnalysis([{ kind: 'queue', demandMs: 7 }], 30, 20);
    expect(meanValueAnalysis([{ kind: 'servers', demandMs: 7, servers: 1 }], 30, 20)).toEqual(queue);
  });

  it('two such stations are exact as well: G(2)/G(3) by hand', () => {
    // Each of two servers and demand 1: f(0..3) = 1, 1, 1/2, 1/4; G = f ∗ f = 1, 2, 2, 3/2; X(3) = G(2)/G(3) = 4/3.
    const station: ServiceStation = { kind: 'servers', demandMs: 1000, servers: 2 };
    expect(meanValueAnalysis([station, station], 0, 3).at(-1)?.rate).toBeCloseTo(4 / 3, 12);
  });
});

describe('properties', () => {
  const station = fc.oneof(
    fc.record({
      kind: fc.constant('queue' as const),
      demandMs: fc.double({ min: 0.1, max: 100, noNaN: true }),
    }),
    fc.record({
      kind: fc.constant('delay' as const),
      demandMs: fc.double({ min: 0.1, max: 100, noNaN: true }),
    }),
    fc.record({
      kind: fc.constant('servers' as const),
      demandMs: fc.double({ min: 0.1, max: 100, noNaN: true }),
      servers: fc.integer({ min: 1, max: 9 }),
    }),
  );
  const think = fc.double({ min: 0, max: 1000, noNaN: true });

  it('is what the convolution of normalising constants gives', () => {
    fc.assert(
      fc.property(fc.array(station, { minLength: 1, maxLength: 4 }), think, (stations, thinkMs) => {
        const exact = closedNetwork(
          stations.map((s) => ({
            demandMs: s.demandMs,
            servers: s.kind === 'servers' ? s.servers : s.kind === 'queue' ? 1 : Number.POSITIVE_INFINITY,
          })),
          thinkMs,
          40,
        );
        for (const { users, rate } of meanValueAnalysis(stations, thinkMs, 40))
          expect(rate / (exact[users - 1]?.ratePerSecond ?? 0)).toBeCloseTo(1, 6);
      }),
      { numRuns: 100 },
    );
  });

  it('users are conserved, throughput never falls, and stays within its asymptotes', () => {
    fc.assert(
      fc.property(fc.array(station, { minLength: 1, maxLength: 4 }), think, (stations, thinkMs) => {
        const demand = stations.reduce((sum, s) => sum + s.demandMs, 0);
        let before = 0;
        for (const state of meanValueAnalysis(stations, thinkMs, 25)) {
          const { users, rate } = state;
          const inside = state.stations.reduce((sum, s) => sum + s.inside, 0);
          expect(inside + (rate * thinkMs) / 1000).toBeCloseTo(users, 6);
          expect(rate).toBeGreaterThanOrEqual(before * (1 - 1e-9));
          expect(rate).toBeLessThanOrEqual((users / (demand + thinkMs)) * 1000 * (1 + 1e-9));
          for (const s of stations) {
            const servers =
              s.kind === 'servers' ? s.servers : s.kind === 'queue' ? 1 : Number.POSITIVE_INFINITY;
            expect(rate).toBeLessThanOrEqual((servers / s.demandMs) * 1000 * (1 + 1e-9));
          }
          before = rate;
        }
      }),
      { numRuns: 100 },
    );
  });
});

it.each([
  [[{ kind: 'queue', demandMs: -1 }], 0, 'a demand is a time of at least 0'],
  [[{ kind: 'delay', demandMs: 0 }], 0, 'a network in which nothing takes time has no throughput'],
] satisfies [ServiceStation[], number, string][])('%j refuses', (stations, thinkMs, message) => {
  expect(() => meanValueAnalysis(stations, thinkMs, 1)).toThrow(new RangeError(message));
});
