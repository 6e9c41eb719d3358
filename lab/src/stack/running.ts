/** One component of a stack, as long as it runs. */
export interface Running {
  /** As `lab status` shows it: `postgres`, `redis`, `api-1`, `haproxy`. */
  readonly name: string;
  readonly pid: number;
  /** Where it answers, with its credentials where it has any; `null` when it listens nowhere. */
  readonly url: string | null;
  /** Ends the process in order and waits until it is gone. May be called twice. */
  stop(): Promise<void>;
}
