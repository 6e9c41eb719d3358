import type { Limit } from './simulated-system.ts';

/** Whom a system turns away at its door, and whom it fails. */
export class Admission {
  readonly #limit: Limit | undefined;
  #tokens: number;
  #tokensAtUs = 0;

  constructor(limit: Limit | undefined) {
    this.#limit = limit;
    this.#tokens = limit?.kind === 'token-bucket' ? limit.burst : 0;
  }

  /** The status for one who comes now and finds so many inside; null: let in. */
  refusal(nowUs: number, inside: number): number | null {
    const limit = this.#limit;
    if (limit?.kind === 'in-flight') return inside >= limit.max ? limit.status : null;
    if (limit?.kind !== 'token-bucket') return null;
    const saved = this.#tokens + ((nowUs - this.#tokensAtUs) / 1e6) * limit.perSecond;
    this.#tokens = Math.min(Math.max(1, limit.burst), saved);
    this.#tokensAtUs = nowUs;
    if (this.#tokens < 1) return limit.status;
    this.#tokens -= 1;
    return null;
  }

  /** The status with which one who was let in fails; null: none. */
  failure(inside: number, random: () => number): number | null {
    const limit = this.#limit;
    if (limit?.kind !== 'errors' || inside < limit.above) return null;
    return random() < limit.share ? limit.status : null;
  }
}
