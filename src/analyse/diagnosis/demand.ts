import type { Facts } from './facts.ts';
import { singleOf } from './shared-limit.ts';

/**
 * Share of the mix's demand Σ X·S that these endpoints make, at the highest valid load, among the endpoints that wait at
 * the bottleneck (`among`; null: all). S is the time of a single user. Null: not known.
 */
export function demandShare(
  facts: Facts,
  of: readonly number[],
  among: readonly number[] | null,
): number | null {
  const stage = facts.saturation?.after ?? facts.sound.at(-1);
  const base = facts.sound[0];
  if (stage === undefined || base === undefined) return null;
  let part = 0;
  let all = 0;
  for (const [index, measured] of stage.endpoints.entries()) {
    if (!measured || (among !== null && !among.includes(index))) continue;
    const single = singleOf(index, facts.readings)?.value ?? base.endpoints[index]?.responseTime?.avg;
    if (single === undefined || measured.rate === null) return null;
    all += measured.rate * single;
    if (of.includes(index)) part += measured.rate * single;
  }
  return all > 0 ? part / all : null;
}
