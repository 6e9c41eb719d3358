import type { Followed } from './workload.ts';

/** What went on after an answer, in one stage: requests that the target saw and that no endpoint's count holds. */
export class FollowedCount {
  readonly #counts: Record<Followed, number> = { redirect: 0, challenge: 0, elsewhere: 0 };

  add(counts: Readonly<Record<Followed, number>>): void {
    this.#counts.redirect += counts.redirect;
    this.#counts.challenge += counts.challenge;
    this.#counts.elsewhere += counts.elsewhere;
  }

  /** Null: nothing went on. */
  text(): string | null {
    const { redirect, challenge, elsewhere } = this.#counts;
    const parts = [
      ...(redirect > 0 ? [`${redirect} redirects were followed`] : []),
      ...(challenge > 0 ? [`${challenge} requests were sent again with credentials`] : []),
      ...(elsewhere > 0 ? [`${elsewhere} redirects to another origin were not followed`] : []),
    ];
    return parts.length === 0
      ? null
      : `${parts.join(', ')}; each counts as part of the request that it belongs to`;
  }
}
