import type { Limit } from '../server-config.ts';

/** Who is let in: a token bucket, or a bound on what is in flight. */
export class Admission {
  readonly #limit: Limit | null;
  #inside = 0;
  #tokens: number;
  #at = performance.now();

  constructor(limit: Limit | null) {
    this.#limit = limit;
    this.#tokens = limit?.kind === 'rate' ? limit.burst : 0;
  }

  /** The status to refuse with; null: welcome. */
  refusal(): number | null {
    const limit = this.#limit;
    if (limit === null) return null;
    if (limit.kind === 'in-flight') return this.#inside >= limit.most ? 503 : null;
    const now = performance.now();
    this.#tokens = Math.min(limit.burst, this.#tokens + ((now - this.#at) / 1000) * limit.perSecond);
    this.#at = now;
    if (this.#tokens < 1) return limit.status;
    this.#tokens -= 1;
    return null;
  }

  enter(): void {
    this.#inside += 1;
  }

  leave(): void {
    this.#inside -= 1;
  }
}
