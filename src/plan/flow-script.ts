import type { ScriptFlowOptions } from './flow-schema.ts';

/**
 * A flow of a TypeScript plan: a function of one virtual user. It runs once for each pass; each answer is counted and
 * judged before the function sees it, and what the function throws ends the pass and counts as nothing else.
 */
export type FlowFunction = (user: FlowUser) => Promise<void>;

/** One virtual user, as a flow's function sees it. */
export type FlowUser = {
  /** `user.get('/posts/{id}', { values: { id: 3 } })` sends the declared `GET /posts/{id}`. */
  readonly get: FlowVerb;
  readonly head: FlowVerb;
  readonly post: FlowVerb;
  readonly put: FlowVerb;
  readonly patch: FlowVerb;
  readonly delete: FlowVerb;
  /** Sends a declared request by its line, `GET /posts/{id}`, or its name. */
  request(line: string, options?: FlowRequest): Promise<FlowAnswer>;
  /** Pauses, which counts as think time. */
  think(ms: number): Promise<void>;
  /** Kept for this user's whole life. */
  readonly memory: Record<string, unknown>;
  /** Does its work in the user's first pass (a login) and gives that result again in all later ones. */
  once<T>(work: () => Promise<T>): Promise<T>;
  /** From 0 to below 1; the same seed gives the same numbers. */
  random(): number;
  /** The flow's data: the row of this pass. */
  readonly data: Readonly<Record<string, string>>;
};

/** @param path as it was declared, placeholders included. */
export type FlowVerb = (path: string, options?: FlowRequest) => Promise<FlowAnswer>;

export type FlowRequest = {
  /** Fill `{placeholders}` of the declared request, before its data does. */
  readonly values?: Readonly<Record<string, string | number>>;
  /** Beside the declared ones, or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the declared one: a text as it is, anything else as JSON. */
  readonly body?: unknown;
  /** False: the request has failed, as `expectation`. */
  readonly check?: (answer: FlowAnswer) => boolean;
};

/**
 * What came back, after redirects. It is read from the connection, so only until the user's next request: a later
 * `text()`, `json()`, `header()` or `cookie()` throws.
 */
export type FlowAnswer = {
  /** 0: none came. */
  readonly status: number;
  /** Whether the request is counted as a success. */
  readonly ok: boolean;
  /** The first line of that name; null: there is none. */
  header(name: string): string | null;
  text(): string;
  /** @throws {SyntaxError} the body is not JSON. */
  json(): unknown;
  /** As the user has it now; null: there is none. */
  cookie(name: string): string | null;
};

const key: unique symbol = Symbol.for('loadline.flow');

/** What {@link flow} gives: for the `flows` of a plan. */
export type ScriptFlow = ScriptFlowOptions & { readonly [key]: FlowFunction };

/**
 * A flow as a function, for what the steps of a YAML plan can't say. Without `requests` it sends the plan's own
 * endpoints, by request line or name.
 *
 * @example
 * definePlan({
 *   target: 'http://127.0.0.1:3000',
 *   flows: [
 *     flow({ name: 'read', requests: ['GET /posts', 'GET /posts/{id}'] }, async (user) => {
 *       await user.get('/posts');
 *       await user.think(1000);
 *       await user.get('/posts/{id}', { values: { id: 1 + Math.floor(user.random() * 100) } });
 *     }),
 *   ],
 *   load: { users: 10 },
 * });
 */
export function flow(work: FlowFunction): ScriptFlow;
export function flow(options: ScriptFlowOptions, work: FlowFunction): ScriptFlow;
export function flow(first: ScriptFlowOptions | FlowFunction, second?: FlowFunction): ScriptFlow {
  const [options, work] = typeof first === 'function' ? [{}, first] : [first, second];
  if (typeof work !== 'function') throw new TypeError('flow needs a function: flow(async (user) => { … })');
  return { ...(work.name === '' ? {} : { name: work.name }), ...options, [key]: work };
}

/** The function of a value that {@link flow} gave, whichever copy of Loadline did; null: it is something else. */
export function flowFunction(value: unknown): FlowFunction | null {
  return isScriptFlow(value) ? value[key] : null;
}

function isScriptFlow(value: unknown): value is ScriptFlow {
  return typeof value === 'object' && value !== null && key in value && typeof value[key] === 'function';
}

/** Indices of the flows that are functions, in what a plan's module exports. */
export function scriptFlows(plan: unknown): ReadonlySet<number> {
  const flows: unknown = typeof plan === 'object' && plan !== null && 'flows' in plan ? plan.flows : null;
  if (!Array.isArray(flows)) return new Set();
  const list: readonly unknown[] = flows;
  return new Set([...list.keys()].filter((index) => isScriptFlow(list[index])));
}
