import type { FlowRequest } from '../../plan/flow-script.ts';
import { isHeaderName, isHeaderText, isReservedHeader } from '../../plan/header-fields.ts';
import type { Endpoint, Plan, ResolvedFlow, ResolvedPlan } from '../../plan/plan.ts';
import type { RequestExtra } from '../scenario.ts';
import { FlowFault } from './flow-fault.ts';

/** A request that a flow's function may make. */
export type ScriptRequest = {
  /** Index in the plan's endpoints. */
  readonly endpoint: number;
  /** `GET /posts/{id}` */
  readonly line: string;
  /** Placeholders that the function or the flow's data must fill. */
  readonly needs: readonly string[];
  readonly hasContentType: boolean;
};

/** The requests that a flow's function may make, by what it calls them. */
export class ScriptRequests {
  readonly all: readonly ScriptRequest[];
  /** By method and path, since functions name them apart; then by line and by name. */
  readonly #byPath = new Map<string, Map<string, ScriptRequest>>();
  readonly #byLine = new Map<string, ScriptRequest>();

  constructor(plan: ResolvedPlan, flow: ResolvedFlow) {
    const all: ScriptRequest[] = [];
    for (const { index, endpoint: declared } of scriptEndpoints(plan.plan, flow)) {
      const { method, path, name } = declared;
      const endpoint = plan.endpoints[index];
      if (endpoint === undefined) continue;
      const drawn = new Set(
        endpoint.tables.flatMap((table) => (table.kind === 'range' ? [table.name] : table.names)),
      );
      const request: ScriptRequest = {
        endpoint: index,
        line: `${method} ${path}`,
        needs: (endpoint.flowNames ?? []).filter((one) => !drawn.has(one)),
        hasContentType: 'content-type' in endpoint.headers,
      };
      all.push(request);
      const paths = this.#byPath.get(method) ?? new Map<string, ScriptRequest>();
      this.#byPath.set(method, paths);
      // Two of the same line are told apart by their names.
      if (!paths.has(path)) paths.set(path, request);
      if (!this.#byLine.has(request.line)) this.#byLine.set(request.line, request);
      if (!this.#byLine.has(name)) this.#byLine.set(name, request);
    }
    this.all = all;
  }

  of(method: string, path: string): ScriptRequest | null {
    return this.#byPath.get(method)?.get(path) ?? null;
  }

  /** By its line, or its name. */
  named(line: string): ScriptRequest | null {
    return this.#byLine.get(line) ?? null;
  }
}

/** The endpoints that a flow's function may request: the flow's own; of a flow without any, the plan's. */
export function scriptEndpoints(
  plan: Plan,
  flow: ResolvedFlow,
): readonly { readonly index: number; readonly endpoint: Endpoint }[] {
  const own = plan.endpoints.some((endpoint) => endpoint.flow === flow.name) ? flow.name : undefined;
  return plan.endpoints.flatMap((endpoint, index) => (endpoint.flow === own ? [{ index, endpoint }] : []));
}

/**
 * What the function gave beside the request's name, checked: it comes from code, and what code puts together may hold a
 * line break.
 *
 * @throws {FlowFault} FLOW_REQUEST
 */
export function extraOf(
  request: ScriptRequest,
  { values, headers, body }: FlowRequest,
): RequestExtra | undefined {
  const fields = headers === undefined ? undefined : checkedHeaders(request, headers);
  const text = body === undefined ? undefined : bodyOf(request, body);
  const typed =
    text === undefined || typeof body === 'string' || body instanceof Uint8Array || request.hasContentType
      ? fields
      : { 'content-type': 'application/json', ...fields };
  if (values === undefined && typed === undefined && text === undefined) return undefined;
  return {
    ...(values === undefined ? {} : { values: textsOf(request, values) }),
    ...(typed === undefined ? {} : { headers: typed }),
    ...(text === undefined ? {} : { body: text }),
  };
}

function textsOf(
  request: ScriptRequest,
  values: Readonly<Record<string, string | number>>,
): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const name in values) {
    const value: unknown = values[name];
    if (typeof value === 'string') texts[name] = value;
    else if (typeof value === 'number') texts[name] = String(value);
    else throw fault(request, `the value of {${name}} must be a text or a number, it is ${typeof value}`);
  }
  return texts;
}

function checkedHeaders(
  request: ScriptRequest,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const name in headers) {
    const value: unknown = headers[name];
    if (!isHeaderName(name)) throw fault(request, `${JSON.stringify(name)} is no header name`);
    const field = name.toLowerCase();
    if (isReservedHeader(field)) throw fault(request, `Loadline writes the header ${field} itself`);
    if (typeof value !== 'string' || !isHeaderText(value))
      throw fault(request, `the header ${field} must be a text of printable Latin-1 characters on one line`);
    fields[field] = value;
  }
  return fields;
}

function bodyOf(request: ScriptRequest, body: unknown): string | Buffer {
  if (typeof body === 'string') return body;
  if (Buffer.isBuffer(body)) return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const text: string | undefined = JSON.stringify(body);
  if (text === undefined) throw fault(request, `a ${typeof body} is no body`);
  return text;
}

/** @throws {FlowFault} FLOW_REQUEST */
export function checkNeeds(
  request: ScriptRequest,
  given: Readonly<Record<string, unknown>> | undefined,
  known: Readonly<Record<string, string>>,
): void {
  for (const name of request.needs) {
    if (known[name] !== undefined || given?.[name] !== undefined) continue;
    throw fault(request, `it needs a value for {${name}}: give it as { values: { ${name}: … } }`);
  }
}

function fault(request: ScriptRequest, text: string): FlowFault {
  return new FlowFault('FLOW_REQUEST', `${request.line}: ${text}`);
}
