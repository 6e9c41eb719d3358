/**
 * A small real server as it is started: everything that makes it quick or slow. Both stacks read the same, as one JSON
 * argument. Times in ms; times of computation are processor time on this machine, times of a query are the backing
 * process's.
 */
export type ServerConfig = {
  /** `node`: node:http. `threads`: Python's ThreadingHTTPServer. `asyncio`: Python's event loop. */
  readonly stack: 'node' | 'threads' | 'asyncio';
  readonly routes: readonly Route[];
  /** Connections to the backing process; null: as many as there are requests. */
  readonly pool: number | null;
  /** False: every answer says `Connection: close`. */
  readonly keepAlive: boolean;
  readonly limit: Limit | null;
  /** A report that is computed in between, on the thread that answers (Python: garbage that is collected). */
  readonly stall: { readonly everyMs: number; readonly ms: number } | null;
  /** Head and body are written one by one, and the system waits for the acknowledgement (Nagle's algorithm). */
  readonly nagle: boolean;
  /** Connections that the backing process accepts; null: any number. */
  readonly backingConnections: number | null;
  /** So many processes behind a door that deals requests out in turn; the last one computes so many times longer. Null: one. */
  readonly unevenInstances: { readonly count: number; readonly slower: number } | null;
};

export type Route = {
  readonly method: 'GET' | 'POST';
  /** `/orders` or `/orders/{id}`. */
  readonly path: string;
  readonly steps: readonly Step[];
  /** Of a row, in the answer. */
  readonly rowBytes: number;
  /** The answer is a list of so many rows, or as many as `?limit=` says; null: one object. */
  readonly rows: number | null;
  /** Answers are kept by key, with `ETag`, `Age` and `Cache-Control`; then the steps are skipped. */
  readonly cached: boolean;
};

export type Step =
  /** Hashing on the thread that answers; nobody else is served by it meanwhile. `tail`: a Pareto factor, by request. */
  | { readonly do: 'compute'; readonly ms: number; readonly tail?: boolean }
  /** Hashing in other threads: libuv's four, or Python's, one for each connection. */
  | { readonly do: 'compute-aside'; readonly ms: number }
  /** Over a connection of the pool. */
  | { readonly do: 'query'; readonly query: Query }
  /** The thread that answers waits for it, and serves nobody meanwhile. */
  | { readonly do: 'blocking-query'; readonly query: Query }
  /** One query for each row of the answer. */
  | { readonly do: 'query-each-row'; readonly query: Query }
  | { readonly do: 'locked'; readonly per: 'server' | 'key'; readonly steps: readonly Step[] }
  /** Writes to a file and flushes it, so often, one after the other. */
  | { readonly do: 'flush'; readonly times: number }
  /** So many entries are added to a list, which is then searched from end to end. */
  | { readonly do: 'grow-and-scan'; readonly entries: number }
  /** Reads a version, does the steps, and starts again if somebody else was faster. */
  | { readonly do: 'optimistic'; readonly steps: readonly Step[] };

export type Query = {
  /** Processor time of the backing process. */
  readonly ms: number;
  /** The transaction's log is flushed no sooner than this after it came, together with others' (group commit). */
  readonly commitMs: number;
  /** Only of a slow dependency: it answers so much later, by its own timer. */
  readonly lateMs: number;
  /** Only of a slow dependency: this share of answers comes so late. */
  readonly slow: { readonly share: number; readonly ms: number } | null;
};

export type Limit =
  | {
      readonly kind: 'rate';
      readonly perSecond: number;
      readonly burst: number;
      readonly status: 429 | 503;
    }
  | { readonly kind: 'in-flight'; readonly most: number };

export const quickQuery: Query = { ms: 0, commitMs: 0, lateMs: 0, slow: null };
