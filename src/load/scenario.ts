import type { Outcome } from '../record/run.ts';
import type { Feeder } from './feeder.ts';

/**
 * What a user does in one pass: a single request (`scenarios/single-request.ts`), the steps of a flow
 * (`scenarios/flow-steps.ts`) or a function of a TypeScript plan (`scenarios/flow-script.ts`). One object serves all
 * users of a worker, so what belongs to one user stands in that user's {@link User.memory}.
 *
 * `begin` starts a pass, `answered` follows every `user.request`; each of them calls, at once or later, exactly one of
 * `request`, `think`, `finish`.
 */
export type Scenario = {
  /** Share of the mix, beside the others' weights. */
  readonly weight: number;
  /** Index of the endpoint that stands for a pass that could not be begun (open model). */
  readonly first: number;
  begin(user: User): void;
  answered(user: User): void;
  /**
   * The scenario's own judgement, asked before an answer is counted that met the endpoint's expectation in all: false
   * makes it `expectation`. `user.answer` is valid, and its outcome still `ok`. Absent: always true.
   */
  judges?(user: User): boolean;
  /** The pass under way is given up: the stage is over. */
  abandoned?(user: User): void;
};

/** One virtual user (closed model), or who came with one arrival (open model), as a scenario sees it. */
export type User = {
  /** Values of `{placeholders}`, by name: from data, and from answers. Those of flows stay from pass to pass. */
  readonly values: Record<string, string>;
  /** What a scenario keeps of this user between calls; null at a user's birth. */
  memory: unknown;
  readonly random: () => number;
  /** Of the last request; valid within `answered` only. */
  readonly answer: Answer;
  /** Writes a row into `values`: of a feeder per user the first time only. False: the feeder is used up. */
  draw(feeder: Feeder): boolean;
  /** Sends a request to one of the plan's endpoints, its placeholders filled from data and `values`. */
  request(endpoint: number, extra?: RequestExtra): void;
  /** Pauses, which counts as think time. */
  think(ms: number, then: () => void): void;
  /** Since the last answer or pause the scenario itself has waited: that counts as think time, and what comes is due now. */
  waited(): void;
  /** The pass is over. */
  finish(): void;
};

/** What one request has of its own, beside the endpoint's or in its place. */
export type RequestExtra = {
  /** Of placeholders, in place of the endpoint's data and the user's values. */
  readonly values?: Readonly<Record<string, string>>;
  /** Names in lower case; checked, so that no value leaves its line. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

/** What came back, after redirects, and how it was judged. */
export type Answer = {
  /** `ok`, or why the request failed; it is counted already. */
  readonly outcome: Outcome;
  /** 0: none came. */
  readonly status: number;
  /** All values of a header, in lower case; known if the endpoint's `readsAnswer` asked for it. */
  headers(name: string): readonly string[];
  /**
   * The body without its compression, likewise; at most 1 MiB is kept. Asked again it is the same Buffer, and the next
   * answer's is another one: by that a parsed body is known again.
   */
  body(): Buffer;
  /** Of a cookie as the user has it now; null: there is none. */
  cookie(name: string): string | null;
};
