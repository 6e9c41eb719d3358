import type { ConnectionOptions, ResolvedPlan } from '../../plan/plan.ts';
import { planFor } from './plan-for.ts';

/** What a plan says of its connections; absent: as it always is. */
export type Wanted = {
  readonly to?: string;
  readonly proxy?: string;
  readonly http?: 1 | 2;
  readonly allow?: readonly string[];
} & Partial<Pick<ResolvedPlan, 'ca' | 'clientCertificate'>>;

/** A resolved plan with that target. */
export async function planTo(target: string, wanted: Wanted = {}): Promise<ResolvedPlan> {
  const { to = null, proxy = null, http = 1, allow, ...resolved } = wanted;
  const plan = await planFor(`{ target: '${target}', endpoints: [GET /], load: { users: 1 } }`);
  const connection: ConnectionOptions = { http, policy: { kind: 'per-user' }, to, proxy };
  return {
    ...plan,
    ...resolved,
    connection,
    plan: allow === undefined ? plan.plan : { ...plan.plan, allow },
  };
}
