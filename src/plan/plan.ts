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
  /** What users do beside single requests; absent: nothing. */
  readonly flows?: readonly Flow[];
  /** Absent: HTTP/1.1, straight to the target, one connection a user. */
  readonly connection?: ConnectionOptions;
  /** False: no cookie is kept. Absent: each user keeps those that were set, as a browser does. */
  readonly cookies?: false;
  /** So many redirects within the target's origin are followed, 0 to 20; absent: 5. */
  readonly redirects?: number;
  /** What the target tells of itself meanwhile; absent: nothing is asked. */
  readonly observe?: Observation;
};

/** Where the target's own figures are read, once in a while, beside the load. */
export type Observation = {
  readonly prometheus: readonly PrometheusSource[];
  /** Ids of local processes; each with its children. */
  readonly processes: readonly number[];
  /** Each second one answer's `Server-Timing` is looked at. */
  readonly serverTiming: boolean;
};

/** An exporter of metrics in Prometheus' text format. */
export type PrometheusSource = {
  readonly url: string;
  readonly everyMs: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Reading → metric that holds it, with labels if need be: `pool_used{pool="main"}`. Others by their usual names. */
  readonly metrics: Readonly<Partial<Record<TelemetryReading, string>>>;
};

/** What a target can tell of itself. Seconds are counters, the rest is as it stands. */
export const telemetryReadings = [
  'eventLoopDelayP99Ms',
  'eventLoopUtilization',
  'poolInUse',
  'poolWaiting',
  'poolSize',
  'cpuSeconds',
  'cpuCount',
  'gcSeconds',
  'rssBytes',
  'dbConnections',
  'queueLength',
  'inFlight',
] as const;
export type TelemetryReading = (typeof telemetryReadings)[number];

/** So many redirects are followed unless the plan says otherwise. */
export const defaultRedirects = 5;

/** Several requests in their order, as one user makes them; values go from an answer to the requests after it. */
export type Flow = {
  /** Unique among the flows. */
  readonly name: string;
  /** Beside the endpoints' weights: how often a user chooses this flow. */
  readonly weight: number;
  /** Values for `{placeholders}` of all steps, drawn at the begin of each pass. */
  readonly data: Readonly<Record<string, DataSource>>;
  /** Empty: the flow is a function of the TypeScript plan (`flow(…)`). */
  readonly steps: readonly FlowStep[];
};

export type FlowStep =
  | {
      readonly kind: 'request';
      /** Index in the plan's endpoints; that endpoint's `flow` names this flow. */
      readonly endpoint: number;
      /** Made in a user's first pass only: a login. What it extracted stays. */
      readonly once: boolean;
      /** Placeholder → where its value stands in the answer. */
      readonly extract: Readonly<Record<string, Extraction>>;
      /** Pause after the answer; null: none. */
      readonly thinkTime: ThinkTime | null;
    }
  | { readonly kind: 'think'; readonly thinkTime: ThinkTime }
  | {
      readonly kind: 'choose';
      readonly when: Condition;
      readonly steps: readonly FlowStep[];
      readonly otherwise: readonly FlowStep[];
    }
  /** So often, uniform between the two. */
  | {
      readonly kind: 'repeat';
      readonly from: number;
      readonly to: number;
      readonly steps: readonly FlowStep[];
    };

/** Every named value is one of the texts, or (`chance`) at random. */
export type Condition =
  | { readonly kind: 'values'; readonly values: Readonly<Record<string, readonly string[]>> }
  | { readonly kind: 'chance'; readonly share: number };

/** Where a value stands in an answer. */
export type Extraction = Place & {
  /** The value if the answer holds none; null: then the request has failed (`expectation`) and the pass ends. */
  readonly otherwise: string | null;
};

export type Place =
  /** RFC 9535; the first match. A value that is not a string is written as JSON. */
  | { readonly from: 'json'; readonly path: string }
  /** The first line of that name. */
  | { readonly from: 'header'; readonly name: string }
  /** In the body: its first group, or the whole match. */
  | { readonly from: 'regex'; readonly pattern: string }
  | { readonly from: 'cookie'; readonly name: string };

/** What an answer must hold beside its status. */
export type Check = {
  readonly place: Place;
  /** Accepted values; empty: any, but there must be one. */
  readonly equals: readonly JsonValue[];
};

export type ConnectionOptions = {
  readonly http: 1 | 2;
  /**
   * `per-user`: each user has one, the open model one for each request under way. `shared`: all users share so many.
   * `per-request`: a new one for each request.
   */
  readonly policy:
    | { readonly kind: 'per-user' }
    | { readonly kind: 'shared'; readonly connections: number }
    | { readonly kind: 'per-request' };
  /** Where to connect instead of to the target's host and port: `127.0.0.1:8080`, `unix:/run/app.sock`; null: there. */
  readonly to: string | null;
  /** URL of an HTTP proxy, `http://user:password@host:port`; null: none. */
  readonly proxy: string | null;
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
  /** Name of the flow that requests it; such an endpoint has no share of the mix of its own. Absent: it has. */
  readonly flow?: string;
  /** Requested by probes only, beside the plan's own; such endpoints come last. Absent: it is the plan's. */
  readonly probe?: EndpointProbe;
};

/** Why a probe requests something else than the plan; `of`: index of the plan's endpoint that it is a variation of. */
export type EndpointProbe =
  /** Something trivial, to compare with. */
  | { readonly kind: 'control'; readonly of: number | null }
  /** Always the same row of data. */
  | { readonly kind: 'same-key'; readonly of: number }
  /** Asks whether the answer has changed. */
  | { readonly kind: 'conditional'; readonly of: number }
  /** A connection of its own for each request. */
  | { readonly kind: 'no-reuse'; readonly of: number }
  /** A result of another size. */
  | { readonly kind: 'size'; readonly of: number; readonly parameter: string; readonly size: number };

export type Body =
  | { readonly kind: 'json'; readonly value: JsonValue }
  | { readonly kind: 'text'; readonly value: string }
  /** `application/x-www-form-urlencoded`. */
  | { readonly kind: 'form'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'multipart'; readonly parts: readonly BodyPart[] }
  /** The bytes of a file beside the plan. */
  | { readonly kind: 'file'; readonly file: string };

export type BodyPart = { readonly name: string; readonly contentType: string | null } & (
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'file'; readonly file: string; readonly fileName: string }
);

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Where a placeholder's values come from. Placeholders of one endpoint that name the same file take the same row. */
export type DataSource = DataOrder &
  (
    | { readonly kind: 'range'; readonly from: number; readonly to: number }
    | { readonly kind: 'list'; readonly values: readonly (string | number)[] }
    | {
        readonly kind: 'file';
        readonly format: 'csv' | 'json';
        readonly file: string;
        readonly column: string;
      }
  );

export type DataOrder = {
  /**
   * `sequential`: row after row, from the top again at the end; `unique`: no row twice in a run, which ends when they
   * are used up. Workers take the rows in turn. Absent: at random.
   */
  readonly order?: 'sequential' | 'unique';
  /** One row for a user's whole life. Absent: one for each request (of a flow's data: for each pass). */
  readonly per?: 'user';
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
  /** Absent: none. */
  readonly checks?: readonly Check[];
};

export type Auth =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  /** RFC 7616: the answer to the server's challenge. */
  | { readonly kind: 'digest'; readonly user: string; readonly password: string };

export type TlsOptions = {
  readonly verify: boolean;
  /** File of an own certificate authority (PEM); null: the system's. */
  readonly ca: string | null;
  /** Files of the client's certificate and its key (PEM); absent: none. */
  readonly cert?: string;
  readonly key?: string;
  /** Of the key, `${NAME}`. */
  readonly passphrase?: string;
  /** True: a new connection takes up the session of an earlier one. Absent: each makes a full handshake. */
  readonly resume?: true;
};

/** Closed model: so many concurrent users. Open model: so many requests per second, whoever sends them. */
export type Load = ClosedLoad | OpenLoad;

export type ClosedLoad = {
  readonly kind: 'closed';
  readonly stages: readonly ClosedStage[];
  /** Between two passes of a user: after each request of the mix, after each flow. */
  readonly thinkTime: ThinkTime;
  /** A user's passes begin at least so far apart; the wait counts as think time. Absent: no matter. */
  readonly pacingMs?: number;
};

export type ClosedStage = {
  readonly users: number;
  /** Users started per second at the stage's begin; 0: unknown (another tool's results). */
  readonly spawnRate: number;
  /** Length of the steady part, after the last user was started; 0: unknown (another tool's results). */
  readonly durationMs: number;
  /** Users are retired evenly over so long, after the steady part. Absent: all at once. */
  readonly rampDownMs?: number;
};

/** Uniform between the two; both 0: none. `unknown`: another tool's results that don't tell; no engine runs it. */
export type ThinkTime =
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'exponential'; readonly meanMs: number }
  /** The logarithm is normal: half of the pauses are shorter than the median, 95 % shorter than `p95Ms`. */
  | { readonly kind: 'log-normal'; readonly medianMs: number; readonly p95Ms: number }
  | { readonly kind: 'unknown' };

export type OpenLoad = {
  readonly kind: 'open';
  readonly stages: readonly OpenStage[];
  readonly arrivals: 'poisson' | 'uniform';
};

/** A pass of a flow is one arrival, whatever the number of its requests. */
export type OpenStage = {
  readonly ratePerSecond: number;
  /** Length of the steady part. */
  readonly durationMs: number;
  /** The rate goes in a straight line from where the stage before ended (0 for the first) to this one's. Absent: at once. */
  readonly rampMs?: number;
  /** After the steady part it goes down to 0 over so long. Absent: at once. */
  readonly rampDownMs?: number;
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
  /** The plan's, values of the environment filled in; absent: nothing is asked. */
  readonly observe?: Observation;
  /** Absent: none. */
  readonly flows?: readonly ResolvedFlow[];
  /** The plan's, values of the environment filled in; absent: as {@link Plan.connection}. */
  readonly connection?: ConnectionOptions;
  /** PEM text of the client's certificate; absent: none. */
  readonly clientCertificate?: {
    readonly cert: string;
    readonly key: string;
    readonly passphrase: string | null;
  };
};

export type ResolvedFlow = {
  readonly name: string;
  readonly weight: number;
  readonly steps: readonly FlowStep[];
  readonly tables: readonly DataTable[];
  /** The flow's function: number `index` of the `flows` that the module's default export holds. Null: steps. */
  readonly script: { readonly file: string; readonly index: number } | null;
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
  /** Present: `body` is a form, its placeholders are filled percent-encoded. */
  readonly bodyIsForm?: true;
  /** Present: `body` is null and these are it, one after the other: texts with `{placeholders}`, and bytes. */
  readonly bodyParts?: readonly (string | Uint8Array)[];
  /** Present: 401 with a Digest challenge is answered by these. */
  readonly digest?: { readonly user: string; readonly password: string };
  readonly weight: number;
  readonly timeoutMs: number;
  readonly expect: Expectation;
  /** Independent tables; each request takes one row of each. */
  readonly tables: readonly DataTable[];
  /** Placeholders that the flow fills: its data, and what its steps extracted. Absent: none. */
  readonly flowNames?: readonly string[];
};

/** Rows of values for some placeholders. A range stays a range, whatever its length. */
export type DataTable = DataOrder &
  (
    | { readonly kind: 'range'; readonly name: string; readonly from: number; readonly to: number }
    | {
        readonly kind: 'rows';
        readonly names: readonly string[];
        readonly rows: readonly (readonly string[])[];
      }
  );

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
