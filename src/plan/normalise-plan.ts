import { basename } from 'node:path';
import { explainSchemaIssues } from './explain-fault.ts';
import {
  faultsOf,
  type Issue,
  issue,
  type Origin,
  originWithoutPlaces,
  type Path,
  pathText,
} from './fault.ts';
import { scriptMark } from './flow-schema.ts';
import { scriptFlows } from './flow-script.ts';
import { headerFields } from './header-fields.ts';
import { limits } from './limits.ts';
import { normaliseAuth, twoAuthorizations } from './normalise-auth.ts';
import { normaliseConnection, normaliseTls } from './normalise-connection.ts';
import { normaliseLoad, normaliseReadiness } from './normalise-load.ts';
import { normaliseObserve } from './normalise-observe.ts';
import { normaliseRequests } from './normalise-requests.ts';
import { normaliseAbort, normaliseAllowed } from './normalise-safety.ts';
import { plainCopy } from './plain-value.ts';
import type { Fault, Plan } from './plan.ts';
import { modulePlanSchema, type PlanOutput, planSchema } from './plan-schema.ts';
import { checkVariables, hasVariable, type Report } from './plan-text.ts';
import { parseDuration } from './quantity.ts';
import { isTarget, parseTarget } from './target-url.ts';

export type PlanOutcome =
  | { readonly state: 'valid'; readonly plan: Plan }
  | { readonly state: 'faulty'; readonly faults: readonly Fault[] };

const defaultTimeoutMs = 30_000;

/**
 * The plan that a value means, with all defaults, or everything that is wrong with it. Never throws. Faults of the
 * schema and those between keys are found together: what is broken is replaced by a stand-in for the second look.
 */
export function normalisePlan(value: unknown, origin: Origin = originWithoutPlaces('')): PlanOutcome {
  const issues: Issue[] = [];
  const report: Report = (found) => issues.push(found);
  const plain = plainCopy(value, report);
  const scripts = scriptFlows(value);
  const schema = scripts.size === 0 ? planSchema : modulePlanSchema;
  if (scripts.size > 0) markScripts(plain, scripts, report);
  const first = schema.safeParse(plain);
  if (first.error !== undefined) issues.push(...explainSchemaIssues(first.error.issues, plain));
  const broken = new Set(issues.flatMap((one) => prefixes(one.path)));
  const intact = (path: Path) => !broken.has(pathText(path));
  const input = first.data ?? repaired(plain, issues, schema);
  if (input === null) return { state: 'faulty', faults: faultsOf(issues, origin) };
  const plan = buildPlan(
    input,
    origin,
    (found) => {
      if (intact(found.path)) issues.push(found);
    },
    intact,
  );
  return issues.length === 0
    ? { state: 'valid', plan }
    : { state: 'faulty', faults: faultsOf(issues, origin) };
}

/** A path and all paths above it but the root: those that are not intact. */
function prefixes(path: Path): readonly string[] {
  return path.map((_, index) => pathText(path.slice(0, index + 1)));
}

/** The value with every broken part taken out or replaced, so that the rest can be looked at; null: not even so. */
function repaired(
  plain: unknown,
  issues: readonly Issue[],
  schema: typeof planSchema | typeof modulePlanSchema,
): PlanOutput | null {
  const copy = plainCopy(plain, () => {});
  if (!isObject(copy)) return null;
  let found = issues;
  for (let round = 0; round < 5; round++) {
    for (const { path } of found) removeAt(copy, path);
    putStandIns(copy);
    const { data, error } = schema.safeParse(copy);
    if (data !== undefined) return data;
    found = explainSchemaIssues(error.issues, copy);
  }
  return null;
}

/** Deletes the value there, or what holds it where that is a list or the value is missing. */
function removeAt(plan: Record<string, unknown>, path: Path): void {
  let value: unknown = plan;
  let remove = () => {};
  for (const [depth, step] of path.entries()) {
    if (typeof step === 'number' && Array.isArray(value) && step in value) {
      const list = value;
      if (depth === 1 && path[0] === 'endpoints') remove = () => list.splice(step, 1, standInRequest(step));
      if (depth === 1 && path[0] === 'flows') {
        list.splice(step, 1, { steps: [standInRequest(step)] });
        return;
      }
      value = list[step];
    } else if (typeof step === 'string' && isObject(value) && Object.hasOwn(value, step)) {
      const holder = value;
      remove = () => delete holder[step];
      value = holder[step];
    } else break;
  }
  remove();
}

function putStandIns(plan: Record<string, unknown>): void {
  plan.target ??= 'http://stand-in.invalid';
  plan.load ??= { users: 1 };
  if (plan.endpoints === undefined && plan.flows !== undefined) return;
  if (!Array.isArray(plan.endpoints) || plan.endpoints.length === 0) plan.endpoints = [standInRequest(0)];
  if (!Array.isArray(plan.endpoints)) return;
  for (const [index, endpoint] of plan.endpoints.entries()) {
    if (isObject(endpoint)) endpoint.request ??= standInRequest(index);
  }
}

function standInRequest(index: number): string {
  return `GET /stand-in-${index}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Says in the plan's copy, which holds no functions, which flows are functions. */
function markScripts(plain: unknown, scripts: ReadonlySet<number>, report: Report): void {
  const flows: readonly unknown[] = isObject(plain) && Array.isArray(plain.flows) ? plain.flows : [];
  for (const [index, flow] of flows.entries()) {
    if (!isObject(flow)) continue;
    if (flow.$script !== undefined) {
      const what = 'a flow of steps, or flow(async (user) => { … })';
      report(issue(['flows', index, '$script'], what, 'neither', null, 'key'));
    }
    if (scripts.has(index)) flow.$script = scriptMark;
  }
}

function buildPlan(input: PlanOutput, origin: Origin, report: Report, intact: (path: Path) => boolean): Plan {
  const timeoutMs = parseDuration(input.timeout ?? '') ?? defaultTimeoutMs;
  const headers = headerFields(input.headers, ['headers'], origin, report);
  const auth = input.auth === undefined ? null : normaliseAuth(input.auth, ['auth'], report);
  if (auth !== null && headers.authorization !== undefined) report(twoAuthorizations(['auth']));
  const planTexts = [...Object.values(headers), ...(auth?.kind === 'bearer' ? [auth.token] : [])];
  const around = { origin, report, intact, timeoutMs, planTexts };
  const { endpoints, flows } = normaliseRequests(input, around);
  return {
    kind: 'plan',
    name: input.name ?? nameOfFile(origin.file),
    target: normaliseTarget(input.target, report),
    endpoints,
    load: normaliseLoad(input.load, ['load'], report),
    readiness: normaliseReadiness(input.readiness),
    tls: normaliseTls(input.tls ?? {}, report),
    headers,
    auth,
    timeoutMs,
    ...(flows.length === 0 ? {} : { flows }),
    ...(input.allow === undefined ? {} : { allow: normaliseAllowed(input.allow, report) }),
    ...(input.abort === undefined ? {} : { abort: normaliseAbort(input.abort, report) }),
    ...(input.observe === undefined ? {} : { observe: normaliseObserve(input.observe, origin, report) }),
    ...normaliseConnection(input, report),
  };
}

/** A target with variables is looked at when they are known. */
function normaliseTarget(text: string, report: Report): string {
  checkVariables(text, ['target'], report);
  if (hasVariable(text)) return text.replace(/\/+$/, '');
  const found = parseTarget(text, ['target']);
  if (isTarget(found)) return found.origin + found.basePath;
  report(found);
  return text;
}

function nameOfFile(file: string): string {
  const name = basename(file).replace(/\.(?:ya?ml|json|[cm]?[jt]s)$/i, '');
  return name === '' ? 'plan' : name.slice(0, limits.nameLength);
}
