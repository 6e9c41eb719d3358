/**
 * A plan: what to load, how, and what is promised. Parsed, defaults filled in, read-only.
 * Values from the environment stand in it as `${NAME}`, unexpanded, so that a stored plan holds no secret;
 * `resolvePlan` makes the {@link ResolvedPlan} that the engine runs, and that one is never written anywhere.
 */
export type Plan = {
  readonly kind: 'plan';
  readonly name: string;
  /** The file that it was read from, as the user named it; absent: it came from elsewhere. */
  readonly file?: string;
  /** Present: the target is the command line's, not the file's. */
  readonly targetFrom?: 'command-line';
  /** Origin with an optional base path, without a trailing slash: `http://127.0.0.1:3000/v1`. */
  readonly target: string;
  readonly endpoints: readonly Endpoint[];
  readonly load: Load;
  readonly readiness: Readiness;
  readonly tls: TlsOptions;
  /** Sent with every request; names in lower case. An endpoint's own headers win. */
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: Auth | null;
  /** The longest that one request may take, from its start to the last byte of its answer. */
  readonly timeoutMs: number;
  /** Origins that may be loaded although they are not this machine; absent: none. */
  readonly allow?: readonly string[];
  /** Absent: the run goes on whatever comes. */
  readonly abort?: AbortCondition;
};

/** When a run stops by itself: as soon as one bound is passed, over the last ten seconds of a stage. */
export type AbortCondition = {
  /** Upper bounds of response times in ms. */
  readonly times: Readonly<Partial<Record<SlaStatistic, number>>>;
  /** Highest share of failed requests, 0..1; null: any. */
  readonly errors: number | null;
  /** Since the start of each stage; nothing is judged before. */
  readonly afterMs: number;
};

/** One kind of request, with its share of the mix and its promise. */
export type Endpoint = {
  /** Unique in the plan; `GET /posts/{id}` unless named. */
  readonly name: string;
  readonly method: string;
  /** Path as written, with `{placeholders}`; starts with `/`; a query may stand in it. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body | null;
  /** Relative share of the mix, > 0. */
  readonly weight: number;
  /** Fills `{placeholders}` of path, query, headers and body, by name. */
  readonly data: Readonly<Record<string, DataSource>>;
  readonly sla: Sla | null;
  readonly expect: Expectation;
  /** The resource: first path segment unless the plan names another. */
  readonly group: string;
  readonly timeoutMs: number;
  /** Absent: the plan's; null: none for this endpoint. */
  readonly auth?: Auth | null;
};

export type Body =
  | { readonly kind: 'json'; readonly value: JsonValue }
  | { readonly kind: 'text'; readonly value: string };

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Where a placeholder's values come from. Placeholders of one endpoint that name the same file take the same row. */
export type DataSource =
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'list'; readonly values: readonly (string | number)[] }
  | {
      readonly kind: 'file';
      readonly format: 'csv' | 'json';
      readonly file: string;
      readonly column: string;
    };

/** Statistics that an SLA may bound; times in ms. */
export const slaStatistics = ['avg', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const;
export type SlaStatistic = (typeof slaStatistics)[number];

export type Sla = {
  /** Upper bounds in ms. `sla: 300ms` is short for `{ p95: 300ms }`. */
  readonly times: Readonly<Partial<Record<SlaStatistic, number>>>;
  /** Highest share of failed requests, 0..1; null: not promised. */
  readonly errors: number | null;
};

export type Expectation = {
  /** Accepted status codes; empty: any 2xx or 3xx. */
  readonly status: readonly number[];
  /** Text that the body must contain; null: any. */
  readonly bodyContains: string | null;
};

export type Auth =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string };

export type TlsOptions = {
  readonly verify: boolean;
  /** File of an own certificate authority (PEM); null: the system's. */
  readonly ca: string | null;
};

/** Closed model: so many concurrent users. Open model: so many requests per second, whoever sends them. */
export type Load = ClosedLoad | OpenLoad;

export type ClosedLoad = {
  readonly kind: 'closed';
  readonly stages: readonly ClosedStage[];
  readonly thinkTime: ThinkTime;
};

export type ClosedStage = {
  readonly users: number;
  /** Users started per second at the stage's begin; 0: unknown (another tool's results). */
  readonly spawnRate: number;
  /** Length of the steady part, after the last user was started; 0: unknown (another tool's results). */
  readonly durationMs: number;
};

/** Uniform between the two; both 0: none. `unknown`: another tool's results that don't tell; no engine runs it. */
export type ThinkTime =
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'unknown' };

export type OpenLoad = {
  readonly kind: 'open';
  readonly stages: readonly { readonly ratePerSecond: number; readonly durationMs: number }[];
  readonly arrivals: 'poisson' | 'uniform';
};

/** What "ready for production" means to the plan's author; null or absent: not required. */
export type Readiness = {
  /** Concurrent users that must be carried within the SLA. */
  readonly users: number | null;
  /** Share of SLA checks that must hold at the highest load (or at `users` if that stage ran), 0..1. */
  readonly slaCompliance: number | null;
  /** Highest share of failed requests, 0..1. */
  readonly errors: number | null;
  readonly avgAt: { readonly users: number; readonly maxMs: number } | null;
  /** Throughput must grow in proportion to the users. */
  readonly linearThroughput: boolean;
  /** What the author says of the system and Loadline did not see: `{ caching: true, "load balancer": false }`. */
  readonly declared: Readonly<Record<string, boolean>>;
};

/** A plan with its data read, its environment values filled in: what the engine runs. Holds secrets; never stored. */
export type ResolvedPlan = {
  readonly kind: 'resolved-plan';
  readonly plan: Plan;
  /** Origin alone, `https://api.example:8443`: the base path stands in each endpoint's path already. */
  readonly target: string;
  readonly endpoints: readonly ResolvedEndpoint[];
  /** PEM text of the plan's own certificate authority. */
  readonly ca: string | null;
};

export type ResolvedEndpoint = {
  readonly method: string;
  /** Complete request target: base path, path and query, with `{placeholders}`, percent-encoded apart from them. */
  readonly path: string;
  /** Complete headers (plan's, endpoint's, auth, content-type), names in lower case, with `{placeholders}`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body text with `{placeholders}`; null: none. */
  readonly body: string | null;
  /** A JSON body's placeholders are filled JSON-escaped (`compileTemplate(body, 'json', names)`). */
  readonly bodyIsJson: boolean;
  readonly weight: number;
  readonly timeoutMs: number;
  readonly expect: Expectation;
  /** Independent tables; each request takes one random row of each. */
  readonly tables: readonly DataTable[];
};

/** Rows of values for some placeholders. A range stays a range, whatever its length. */
export type DataTable =
  | { readonly kind: 'range'; readonly name: string; readonly from: number; readonly to: number }
  | {
      readonly kind: 'rows';
      readonly names: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

/** One thing wrong with a plan. Every fault of a plan is reported at once. */
export type Fault = {
  /** Where in the plan: `endpoints[1].sla.p95`; empty: the whole file. */
  readonly path: string;
  readonly file: string;
  /** 1-based; null where the source keeps no positions (TypeScript plans, the command line). */
  readonly line: number | null;
  readonly column: number | null;
  readonly expected: string;
  readonly received: string;
  /** What to do, such as `did you mean "spawnRate"?`; null: nothing to add. */
  readonly hint: string | null;
};

/** Thrown by whoever needs a valid plan and was given a faulty one. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly code = 'PLAN_FAULTY';
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super(`the plan has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`);
    this.faults = faults;
  }
}
