import type { Readiness, Sla, ThinkTime } from '../../plan/plan.ts';
import type { Cause } from '../analysis.ts';
import type { Distribution } from './queueing.ts';

/** A system with a known truth, for sessions that choose their load as they go. Times ms. */
export type SimulatedSystem = {
  readonly name: string;
  readonly stations: readonly SystemStation[];
  readonly endpoints: readonly SystemEndpoint[];
  /** What answers a request for something trivial, as a path that is not there. */
  readonly control: readonly Step[];
  readonly truth: Truth;
  /** Of the plan's users; none unless given. */
  readonly thinkTime?: ThinkTime;
  readonly readiness?: Partial<Readiness>;
  /** 30,000 unless given. */
  readonly timeoutMs?: number;
  /** There and back, on top of everything; 0.2 unless given. */
  readonly networkMs?: number;
  /** A new connection: waiting, and work at a station. 0.2 and none unless given. */
  readonly connect?: { readonly ms: number; readonly station?: string; readonly workMs?: number };
  /** False: the server closes after each answer. */
  readonly keepAlive?: boolean;
  readonly limit?: Limit;
  /** All stations stand still every `everyMs` for `lengthMs`. */
  readonly stall?: { readonly everyMs: number; readonly lengthMs: number };
  /** Demands and delays grow by this share of their first value, per second or per thousand answers. */
  readonly drift?: { readonly perSecond?: number; readonly perThousand?: number };
  /** Spread (σ of the logarithm) of a factor on all demands, drawn anew each second: other tenants of the machine. */
  readonly unrest?: number;
  /** What one worker of the generator can send; more waits in it. Absent: as much as is asked. */
  readonly generator?: { readonly perSecond: number };
};

/** What the diagnosis should find. */
export type Truth = {
  /** All that are there, the one that limits most first; empty: healthy. */
  readonly causes: readonly Cause[];
  /** True by the table's words beside what was planted: naming it is no false accusation, not naming it no miss. */
  readonly alsoTrue?: readonly Cause[];
  /** A fault that is none of the table's: `unknown` is the right answer. */
  readonly outside?: true;
  /** Indices of the endpoints that the cause concerns. */
  readonly endpoints: readonly number[];
  /** Places of a pool, processes, permitted requests per second or in flight, cores. */
  readonly size?: number;
  /** Users at which throughput stops growing, with the plan's think time. */
  readonly knee?: number;
  /** Highest throughput of the whole mix. */
  readonly xmax?: number;
};

export type SystemStation = {
  readonly name: string;
  readonly servers: number;
  /**
   * `fifo` unless given. `ps`: shared by all who are there. `row`: one queue for each row of data.
   * `contended`: each of n runs at 1/(1 + σ(n−1) + κn(n−1)), so that N users without think time get the throughput of
   * the Universal Scalability Law (Gunther 2007).
   */
  readonly discipline?: 'fifo' | 'ps' | 'row' | 'contended';
  readonly sigma?: number;
  readonly kappa?: number;
};

export type SystemEndpoint = {
  /** `GET /a`: its first word is the method. */
  readonly name: string;
  /** 1 unless given; 0 is not allowed. */
  readonly weight?: number;
  readonly sla?: Sla | null;
  /** One after the other. */
  readonly steps: readonly Step[];
  /** Rows of data that requests choose from, `/{id}` in the path; 1 unless given: every request is the same. */
  readonly keys?: number;
  /** This share of the requests is for the same key; 0 unless given. */
  readonly hotShare?: number;
  /** Two requests for the same key are answered with other bodies. */
  readonly bodiesDiffer?: true;
  /** The answer is a list of so many rows, or as many as the parameter says. */
  readonly list?: { readonly rows: number; readonly parameter: string | null };
  /** Per row of the list; 200 for one without a list. */
  readonly rowBytes?: number;
  /** A key that was asked for before is answered by `hit`; forgotten after `ttlMs`, if given. */
  readonly cache?: { readonly hit: readonly Step[]; readonly ttlMs?: number };
  /** ETag and 304; `work`: what a 304 costs, all steps if null. Absent: no validators. */
  readonly validators?: { readonly work: readonly Step[] | null };
  /** `Cache-Control` of its answers. */
  readonly cacheControl?: string;
  /** Share of answers that fail, after their work, with this status. */
  readonly failures?: { readonly share: number; readonly status: number };
};

export type Step =
  /** Work at a station; `perRowMs` for each row of the list. Exponential unless said. */
  | {
      readonly kind: 'serve';
      readonly station: string;
      readonly ms: number;
      readonly perRowMs?: number;
      readonly distribution?: Distribution;
      /** Every so many visits of the station cost so much more: a collection of garbage. */
      readonly pause?: { readonly every: number; readonly ms: number };
    }
  /** Time that needs no station; `slow`: a share of them takes longer. Constant unless said. */
  | {
      readonly kind: 'delay';
      readonly ms: number;
      readonly distribution?: Distribution;
      readonly slow?: { readonly share: number; readonly ms: number };
    }
  /** A place of the station is held until the steps are done. */
  | { readonly kind: 'hold'; readonly station: string; readonly steps: readonly Step[] }
  /** Once for each row of the list. */
  | { readonly kind: 'each-row'; readonly steps: readonly Step[] };

export type Limit =
  /** Refused at once, without work, beyond so many a second; `burst` are saved up. */
  | {
      readonly kind: 'token-bucket';
      readonly perSecond: number;
      readonly burst: number;
      readonly status: number;
    }
  /** Refused at once above so many in flight. */
  | { readonly kind: 'in-flight'; readonly max: number; readonly status: number }
  /** This share fails after its work when more than so many are in flight. */
  | { readonly kind: 'errors'; readonly above: number; readonly share: number; readonly status: number };
