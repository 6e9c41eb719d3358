import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../record/random.ts';
import { type Arrivals, arrivalsOf } from './arrivals.ts';
import { dueAtOf, type RateProfile } from './rate-profile.ts';

/** Requests per ms at a time: the picture in rate-profile.ts, and nothing else. */
function rateAt(profile: RateProfile, atMs: number): number {
  const { fromRatePerSecond, rampMs, ratePerSecond, fullToMs, rampDownMs } = profile;
  const between = (from: number, to: number, share: number) => (from + (to - from) * share) / 1000;
  if (atMs < rampMs) return between(fromRatePerSecond, ratePerSecond, atMs / rampMs);
  if (atMs < fullToMs) return ratePerSecond / 1000;
  if (atMs < fullToMs + rampDownMs) return between(ratePerSecond, 0, (atMs - fullToMs) / rampDownMs);
  return 0;
}

/** The slow oracle of Λ: a sum of small rectangles between the corners of the profile. */
function cumulative(profile: RateProfile, toMs: number, pieces = 2000): number {
  const { rampMs, fullToMs, rampDownMs } = profile;
  const corners = [0, rampMs, fullToMs, fullToMs + rampDownMs].map((ms) => Math.min(ms, toMs));
  let sum = 0;
  for (let c = 1; c < corners.length; c += 1) {
    const from = corners[c - 1] ?? 0;
    const width = ((corners[c] ?? 0) - from) / pieces;
    for (let i = 0; i < pieces; i += 1) sum += rateAt(profile, from + (i + 0.5) * width) * width;
  }
  return sum;
}

function all(next: Arrivals): number[] {
  const arrivals: number[] = [];
  for (let at = next(); Number.isFinite(at); at = next()) arrivals.push(at);
  return arrivals;
}

function streams(kind: 'poisson' | 'uniform', rate: RateProfile, workers: number, seed: number): number[][] {
  return Array.from({ length: workers }, (_, worker) =>
    all(arrivalsOf({ kind, rate, worker, workers, random: randomFrom(seed + worker * 7919) })),
  );
}

function merged(kind: 'poisson' | 'uniform', rate: RateProfile, workers = 1, seed = 1): number[] {
  return streams(kind, rate, workers, seed)
    .flat()
    .sort((a, b) => a - b);
}

/** The slow oracle of a Poisson process: arrivals at the highest rate, each kept with the chance λ(t)/λmax. */
function thinned(profile: RateProfile, seed: number): number[] {
  const random = randomFrom(seed);
  const highest = Math.max(profile.fromRatePerSecond, profile.ratePerSecond) / 1000;
  const endMs = profile.fullToMs + profile.rampDownMs;
  const kept: number[] = [];
  for (let at = 0; ; ) {
    at -= Math.log1p(-random()) / highest;
    if (at >= endMs) return kept;
    if (random() * highest < rateAt(profile, at)) kept.push(at);
  }
}

const tent: RateProfile = {
  ...{ fromRatePerSecond: 0, rampMs: 4000, ratePerSecond: 4000, fullToMs: 6000, rampDownMs: 8000 },
};

const rate = fc.double({ min: 0.01, max: 50_000, noNaN: true });
const length = fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 600_000, noNaN: true }));
const profiles = fc
  .record({
    fromRatePerSecond: fc.oneof(fc.constant(0), rate),
    rampMs: length,
    ratePerSecond: rate,
    steadyMs: fc.double({ min: 1, max: 600_000, noNaN: true }),
    rampDownMs: length,
  })
  .map(({ steadyMs, ...rest }): RateProfile => ({ ...rest, fullToMs: rest.rampMs + steadyMs }));
/** Few enough requests to list them. */
const listable = profiles.filter((profile) => cumulative(profile, Number.MAX_VALUE, 4) < 5000);

describe('dueAtOf', () => {
  it.each([
    { what: 'the first at once', n: 0, atMs: 0 },
    // Λ(t) = 4·t²/8000 on the way up: 8,000 requests in 4 s.
    { what: 'a quarter of the ramp-up in half of its time', n: 2000, atMs: 2000 },
    { what: 'the last of the ramp-up', n: 8000, atMs: 4000 },
    { what: 'in the middle of the full rate', n: 12_000, atMs: 5000 },
    { what: 'the begin of the ramp-down', n: 16_000, atMs: 6000 },
    { what: 'three quarters of the ramp-down in half of its time', n: 28_000, atMs: 10_000 },
    { what: 'all are due: no more', n: 32_000, atMs: Number.POSITIVE_INFINITY },
  ])('$what', ({ n, atMs }) => {
    expect(dueAtOf(tent)(n)).toBe(atMs);
  });

  it('from one rate to a lower one', () => {
    const dueAt = dueAtOf({ ...tent, fromRatePerSecond: 8000 });
    // Λ(t) = 8·t − 4·t²/8000.
    expect(dueAt(14_000)).toBeCloseTo(2000, 9);
    expect(dueAt(24_000)).toBe(4000);
  });

  it('is as exact where a ramp hardly rises as where there is none', () => {
    const flat = { ...tent, fromRatePerSecond: 4000 };
    for (const rise of [1e-3, 1e-6, 1e-9, 1e-12]) {
      const dueAt = dueAtOf({ ...flat, fromRatePerSecond: 4000 - rise });
      // To first order a ramp that begins `rise` lower is late by rise/4000·(1 − t/2T)·t.
      for (const n of [1, 4000, 15_000]) {
        const t = n / 4;
        expect(dueAt(n)).toBeCloseTo(t + (rise / 4000) * (1 - t / 8000) * t, 6);
      }
    }
    expect(dueAtOf(flat)(15_000)).toBe(3750);
  });

  it('is the inverse of the integral of the rate, whatever the profile', () => {
    fc.assert(
      fc.property(
        profiles,
        fc.double({ min: 1e-9, max: 1, maxExcluded: true, noNaN: true }),
        (profile, share) => {
          const inAll = cumulative(profile, Number.MAX_VALUE, 4);
          const n = share * inAll;
          const atMs = dueAtOf(profile)(n);
          // Exact on straight lines, apart from rounding; at the end of all the oracle and the profile differ by as much.
          if (Number.isFinite(atMs))
            expect(Math.abs(cumulative(profile, atMs, 4) - n)).toBeLessThan(1e-9 * inAll + 1e-9);
          else expect(share).toBeGreaterThan(1 - 1e-9);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never goes back and stays within the profile', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const dueAt = dueAtOf(profile);
        const inAll = cumulative(profile, Number.MAX_VALUE, 4);
        let before = 0;
        for (let i = 0; i < 200; i += 1) {
          const atMs = dueAt((inAll * i) / 200);
          expect(atMs).toBeGreaterThanOrEqual(before);
          expect(atMs).toBeLessThanOrEqual(profile.fullToMs + profile.rampDownMs);
          before = atMs;
        }
      }),
    );
  });
});

describe('arrivals under a rate that changes', () => {
  it('uniform: in any time within one request of the integral; several workers give the times of one', () => {
    fc.assert(
      fc.property(
        listable,
        fc.integer({ min: 1, max: 7 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (profile, workers, share) => {
          const one = merged('uniform', profile);
          expect(merged('uniform', profile, workers)).toEqual(one);
          const toMs = share * (profile.fullToMs + profile.rampDownMs);
          const until = one.filter((at) => at < toMs).length;
          expect(Math.abs(until - cumulative(profile, toMs, 4))).toBeLessThanOrEqual(1 + 1e-6);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('ascend, each worker for itself', () => {
    fc.assert(
      fc.property(
        listable,
        fc.constantFrom('poisson', 'uniform'),
        fc.integer({ min: 1, max: 5 }),
        fc.integer(),
        (profile, kind, workers, seed) => {
          for (const stream of streams(kind, profile, workers, seed)) {
            expect(stream).toEqual([...stream].sort((a, b) => a - b));
            expect(stream[0] ?? 0).toBeGreaterThanOrEqual(0);
            expect(stream.at(-1) ?? 0).toBeLessThanOrEqual(profile.fullToMs + profile.rampDownMs);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('with neither ramp they are those of the constant rate', () => {
    const flat = { ...tent, fromRatePerSecond: 17, rampMs: 0, fullToMs: 3000, rampDownMs: 0 };
    expect(merged('uniform', flat)).toEqual(Array.from({ length: 12_000 }, (_, i) => (i * 1000) / 4000));
  });
});

describe.each([1, 2, 7])('poisson arrivals of %i workers under a rate that changes', (workers) => {
  const runs = Array.from({ length: 40 }, (_, run) => merged('poisson', tent, workers, run * 1_000_003));

  it.each([
    { part: 'the first half of the ramp-up', fromMs: 0, toMs: 2000, requests: 2000 },
    { part: 'its second half', fromMs: 2000, toMs: 4000, requests: 6000 },
    { part: 'the full rate', fromMs: 4000, toMs: 6000, requests: 8000 },
    { part: 'the ramp-down', fromMs: 6000, toMs: 14_000, requests: 16_000 },
    { part: 'its last eighth', fromMs: 13_000, toMs: 14_000, requests: 250 },
  ])('$part: the integral on average, and as much spread', ({ fromMs, toMs, requests }) => {
    expect(cumulative(tent, toMs) - cumulative(tent, fromMs)).toBeCloseTo(requests, 3);
    const counts = runs.map((run) => run.filter((at) => at >= fromMs && at < toMs).length);
    const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
    const variance = counts.reduce((a, b) => a + (b - mean) ** 2, 0) / (counts.length - 1);
    // Standard errors: √(n/runs) of the mean; √(2/runs) = 0.22 of variance ÷ mean; four of each.
    expect(Math.abs(mean - requests)).toBeLessThan(4 * Math.sqrt(requests / counts.length));
    expect(Math.abs(variance / requests - 1)).toBeLessThan(0.9);
  });

  it('fall in time as those that thinning leaves (Kolmogorov and Smirnov, two samples)', () => {
    for (const seed of [3, 5, 8]) {
      const fast = merged('poisson', tent, workers, seed * 104_729);
      const slow = thinned(tent, seed);
      // Critical value at α = 10⁻⁴: √(−ln(α/2)/2)·√((n + m)/(n·m)).
      const critical =
        Math.sqrt(-Math.log(1e-4 / 2) / 2) *
        Math.sqrt((fast.length + slow.length) / (fast.length * slow.length));
      expect(distance(fast, slow)).toBeLessThan(critical);
      // The test can tell: an arrival 200 ms later each is another process.
      expect(
        distance(
          fast.map((at) => at + 200),
          slow,
        ),
      ).toBeGreaterThan(critical);
    }
  });

  it('have exponential gaps on the scale of the integral', () => {
    const arrivals = runs[0] ?? [];
    const cumulated = arrivals.map((at) => cumulative(tent, at, 4));
    const gaps = cumulated.slice(1).map((n, i) => n - (cumulated[i] ?? 0));
    const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((a, b) => a + (b - mean) ** 2, 0) / gaps.length);
    expect(Math.abs(mean - 1)).toBeLessThan(4 / Math.sqrt(gaps.length));
    // Standard error of an exponential sample's variation: 1/√n.
    expect(Math.abs(deviation / mean - 1)).toBeLessThan(4 / Math.sqrt(gaps.length));
    expect(gaps.filter((gap) => gap > 1).length / gaps.length).toBeCloseTo(Math.exp(-1), 2);
  });
});

/** The largest distance between two empirical distributions. */
function distance(a: readonly number[], b: readonly number[]): number {
  let largest = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if ((a[i] ?? 0) <= (b[j] ?? 0)) i += 1;
    else j += 1;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}
