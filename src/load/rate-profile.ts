/**
 * A rate over time, in requests per second of all workers together, ms since the stage's start:
 *
 * ```
 * λ │      ┌────────────────┐
 *   │    ╱ │                │ ╲
 *   │  ╱   │                │   ╲
 * λ₀│╱     │                │     ╲
 *   └──────┴────────────────┴───────┴──▶ t
 *   0     ramp            fullTo     fullTo + rampDown
 * ```
 */
export type RateProfile = {
  /** λ₀: where the ramp begins. */
  readonly fromRatePerSecond: number;
  /** Length of the straight line from λ₀ to λ; 0: at once. */
  readonly rampMs: number;
  /** λ. */
  readonly ratePerSecond: number;
  /** When λ ends; infinite: never. */
  readonly fullToMs: number;
  /** Length of the straight line from λ down to 0; 0: at once. */
  readonly rampDownMs: number;
};

/** Λ⁻¹: when so many requests are due, from 0; infinite: so many never are. */
export type DueAt = (requests: number) => number;

/**
 * The inverse of the cumulative rate Λ(t) = ∫₀ᵗ λ.
 *
 * On a line from r to s over T: Λ(t) = r·t + (s − r)·t²/(2·T). Of the two ways to write the root of that quadratic,
 * t = 2·n / (r + √(r² + 2·n·(s − r)/T)) subtracts no two numbers that are nearly equal, so it is as exact where r = s
 * (there it is n/r) as elsewhere (Press et al., Numerical Recipes, §5.6).
 */
export function dueAtOf(profile: RateProfile): DueAt {
  const { rampMs, fullToMs, rampDownMs, ratePerSecond } = profile;
  const from = profile.fromRatePerSecond / 1000;
  const full = ratePerSecond / 1000;
  const inRamp = ((from + full) / 2) * rampMs;
  const beforeDown = inRamp + full * (fullToMs - rampMs);
  const inAll = beforeDown + (full / 2) * rampDownMs;
  return (requests) => {
    if (requests < inRamp) return onLine(requests, from, full, rampMs);
    // Multiplied first: at a constant rate the times are those of n·1000/λ, to the last bit.
    if (requests < beforeDown) return rampMs + ((requests - inRamp) * 1000) / ratePerSecond;
    if (requests < inAll) return fullToMs + onLine(requests - beforeDown, full, 0, rampDownMs);
    return Number.POSITIVE_INFINITY;
  };
}

function onLine(requests: number, from: number, to: number, lengthMs: number): number {
  if (requests <= 0) return 0;
  const square = from * from + (2 * requests * (to - from)) / lengthMs;
  // At the very end of a ramp down to 0 rounding may leave less than nothing, or a time beyond the line's end.
  return Math.min(lengthMs, (2 * requests) / (from + Math.sqrt(Math.max(0, square))));
}
