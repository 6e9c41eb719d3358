import { type Confirm, mayLoad, TargetNotAllowedError } from '../load/permission.ts';
import { reachSources, Telemetry } from '../observe/telemetry.ts';
import type { ResolvedPlan } from '../plan/plan.ts';

/**
 * What reads the target's own figures, as the plan's `observe` says; null: nothing. Metrics are asked of nobody who may
 * not be loaded: throws {@link TargetNotAllowedError} before any connection.
 */
export async function telemetryOfPlan(
  { observe, plan, ca }: ResolvedPlan,
  confirm: Confirm,
): Promise<Telemetry | null> {
  if (observe === undefined) return null;
  const tls = { verify: plan.tls.verify, ca };
  const pages = await reachSources(observe, tls, async (destination) => {
    if (!mayLoad(destination, plan.allow) && !(await confirm(destination)))
      throw new TargetNotAllowedError(destination);
  });
  return new Telemetry(observe, pages);
}
