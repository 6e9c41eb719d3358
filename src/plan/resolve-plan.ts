import { bodyFileReader } from './body-file.ts';
import { asItIs, type Env, makeExpander } from './environment.ts';
import { faultsOf, type Issue, type Origin, originWithoutPlaces, quoted } from './fault.ts';
import { flowRequests } from './flow-values.ts';
import type { Fault, Plan, ResolvedEndpoint, ResolvedPlan } from './plan.ts';
import type { Report } from './plan-text.ts';
import { resolveConnection } from './resolve-connection.ts';
import type { ReadFile } from './resolve-data.ts';
import { noFlow, resolveEndpoint } from './resolve-endpoint.ts';
import { resolveFlows } from './resolve-flows.ts';
import { expandHeaders, resolveAuth } from './resolve-headers.ts';
import { resolveObserve } from './resolve-observe.ts';
import { resolveTls } from './resolve-tls.ts';
import { isTarget, parseTarget, type TargetUrl } from './target-url.ts';

export type Resolution =
  | { readonly state: 'valid'; readonly resolved: ResolvedPlan }
  | { readonly state: 'faulty'; readonly faults: readonly Fault[] };

/**
 * Fills in the environment's values and reads the plan's files. Values of variables never stand in a fault.
 * `origin` gives the faults their places in the plan's text.
 */
export async function resolvePlan(
  plan: Plan,
  {
    env,
    readFile,
    origin = originWithoutPlaces(''),
    module = null,
  }: {
    readonly env: Env;
    readonly readFile: ReadFile;
    readonly origin?: Origin;
    /** Absolute path of the module that the plan came from: its flows may be functions. */
    readonly module?: string | null;
  },
): Promise<Resolution> {
  const issues: Issue[] = [];
  const report: Report = (found) => issues.push(found);
  const expand = makeExpander(env, report);
  const before = issues.length;
  const target = expand(plan.target, ['target'], asItIs);
  const url = issues.length > before ? null : targetUrl(plan.target, target, report);
  const tls = await resolveTls(plan.tls, { expand, readFile, report });
  const connection = plan.connection && resolveConnection(plan.connection, env, report);
  const observe = plan.observe && resolveObserve(plan.observe, expand, report);
  const endpoints: ResolvedEndpoint[] = [];
  const sharedHeaders = expandHeaders(plan.headers, ['headers'], expand, report);
  const sharedAuth = plan.auth === null ? null : resolveAuth(plan.auth, ['auth'], expand, report);
  const around = {
    expand,
    report,
    sharedHeaders,
    sharedAuth,
    basePath: url?.basePath ?? '',
    readFile,
    readBodyFile: bodyFileReader(readFile, report),
  };
  const flows = await resolveFlows(plan, module, readFile, report);
  const ofFlows = flowRequests(plan);
  for (const [index, endpoint] of plan.endpoints.entries()) {
    const place = ofFlows.get(index);
    const at = place?.at ?? ['endpoints', index];
    const flow =
      place === undefined ? noFlow : { ...(flows[place.flow]?.data ?? noFlow), names: place.names };
    endpoints.push(await resolveEndpoint(plan, endpoint, at, flow, around));
  }
  if (issues.length > 0) return { state: 'faulty', faults: faultsOf(issues, origin) };
  return {
    state: 'valid',
    resolved: {
      kind: 'resolved-plan',
      plan,
      target: url?.origin ?? target,
      endpoints,
      ...tls,
      ...(connection === undefined ? {} : { connection }),
      ...(observe === undefined ? {} : { observe }),
      ...(flows.length === 0 ? {} : { flows: flows.map(({ flow }) => flow) }),
    },
  };
}

function targetUrl(written: string, target: string, report: Report): TargetUrl | null {
  const shown = written === target ? undefined : `the value of ${quoted(written)}`;
  const found = parseTarget(target, ['target'], shown);
  if (isTarget(found)) return found;
  // A hint that repeats the value would tell it.
  report(shown === undefined ? found : { ...found, hint: null });
  return null;
}
