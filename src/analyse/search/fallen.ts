import type { Plan } from '../../plan/plan.ts';
import { errorLimit, failsTooOften } from '../capacity/error-onset.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';

/** Beyond this share of failures the target lies down, and is left alone. */
const downShare = 0.5;
/** The same for requests that found nobody, were cut off or waited in vain. */
const lostShare = 0.1;
const lostKinds = new Set(['timeout', 'refused', 'reset']);
/** A target that turns requests away protects itself; it does not lie down. */
const turnedAway = new Set([429, 503]);

/** Null: it stood. `errors`: more failed than may. `down`: it fell over, and no more load may follow before it is back. */
export function fallen({ total }: StageMeasurement, plan: Plan): 'errors' | 'down' | null {
  const { count, failed } = targetErrors(total);
  if (count === 0) return 'down';
  const lost = total.failures.reduce((sum, f) => sum + (lostKinds.has(f.kind) ? f.count : 0), 0);
  const refused = total.failures.reduce(
    (sum, f) => sum + (f.status !== null && turnedAway.has(f.status) ? f.count : 0),
    0,
  );
  if (count >= 5 && ((failed - refused) / count > downShare || lost / count > lostShare)) return 'down';
  return failsTooOften({ total }, errorLimit(plan).limit) ? 'errors' : null;
}
