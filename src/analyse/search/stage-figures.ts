import { isUnsent, type Run, type RunStage } from '../../record/run.ts';
import { type Trial, trialsOf } from '../../record/trial.ts';

/**
 * A stage as a planner sees it: plain figures, without intervals, since between two stages there is no time for them.
 * What they decide is what to look at next, never what is found.
 */
export type StageFigures = {
  readonly index: number;
  /** Null: a stage of the plan's own load. */
  readonly trial: Trial | null;
  readonly users: number | null;
  readonly seconds: number;
  readonly total: Figures;
  /** By endpoint's index. */
  readonly endpoints: readonly Figures[];
  /** Mean response times of its thirds, ms; 0: nothing ended in it. */
  readonly thirds: readonly [number, number, number];
  /** Threads of the generator, and the share of the time in which the busiest one's event loop was in use. */
  readonly generator: { readonly workers: number; readonly busy: number };
};

/** Of the steady part. */
export type Figures = {
  readonly count: number;
  readonly ok: number;
  /** Answered 429 or 503. */
  readonly refused: number;
  /** Failed otherwise: wrong answers, time-outs, broken connections. */
  readonly failed: number;
  /** Successes per second. */
  readonly okRate: number;
  /** Mean response time of successes and time-outs, ms; 0: none. */
  readonly meanMs: number;
  /** Share that had to connect first, and what that cost on average, ms. */
  readonly connected: number;
  readonly connectMs: number;
  readonly closed: number;
};

export function stageFiguresOf(run: Run): readonly StageFigures[] {
  const trials = trialsOf(run);
  return run.stages.map((stage) =>
    figuresOf(stage, trials.get(stage.index) ?? null, run.plan.endpoints.length),
  );
}

function figuresOf(stage: RunStage, trial: Trial | null, endpoints: number): StageFigures {
  const seconds = Math.max(0.001, (stage.steadyToMs - stage.steadyFromMs) / 1000);
  const sums = Array.from({ length: endpoints }, () => new Sum());
  const all = new Sum();
  const thirds = [new Sum(), new Sum(), new Sum()] as const;
  if (stage.data.kind === 'windows')
    for (const window of stage.data.windows) {
      if (window.phase !== 'steady' || isUnsent(window.outcome)) continue;
      all.add(window);
      const part = (window.second + 0.5 - stage.steadyFromMs / 1000) / seconds;
      thirds[part < 1 / 3 ? 0 : part < 2 / 3 ? 1 : 2].add(window);
      sums[window.endpoint]?.add(window);
    }
  return {
    index: stage.index,
    trial,
    users: stage.users,
    seconds,
    total: all.figures(seconds),
    endpoints: sums.map((sum) => sum.figures(seconds)),
    thirds: [
      thirds[0].figures(seconds).meanMs,
      thirds[1].figures(seconds).meanMs,
      thirds[2].figures(seconds).meanMs,
    ],
    generator: generatorOf(stage),
  };
}

function generatorOf({ data }: RunStage): StageFigures['generator'] {
  if (data.kind !== 'windows') return { workers: 0, busy: 0 };
  const steady = data.health.filter(({ phase }) => phase === 'steady');
  const byWorker = [...Map.groupBy(steady, ({ worker }) => worker).values()];
  const busy = byWorker.map(
    (samples) => samples.reduce((sum, { loopUtilization }) => sum + loopUtilization, 0) / samples.length,
  );
  return { workers: byWorker.length, busy: Math.max(0, ...busy) };
}

type WindowOf = Extract<RunStage['data'], { kind: 'windows' }>['windows'][number];

class Sum {
  #count = 0;
  #ok = 0;
  #refused = 0;
  #timed = 0;
  #timedUs = 0;
  #connected = 0;
  #connectUs = 0;
  #closed = 0;

  add({ outcome, count, statuses, response, connect, serverCloses }: WindowOf): void {
    this.#count += count;
    if (outcome === 'ok') this.#ok += count;
    else this.#refused += (statuses['429'] ?? 0) + (statuses['503'] ?? 0);
    if (outcome === 'ok' || outcome === 'timeout') {
      this.#timed += response.count;
      this.#timedUs += response.sumUs;
    }
    this.#connected += connect.count;
    this.#connectUs += connect.sumUs;
    this.#closed += serverCloses;
  }

  figures(seconds: number): Figures {
    const share = (part: number): number => (this.#count > 0 ? part / this.#count : 0);
    return {
      count: this.#count,
      ok: this.#ok,
      refused: this.#refused,
      failed: this.#count - this.#ok - this.#refused,
      okRate: this.#ok / seconds,
      meanMs: this.#timed > 0 ? this.#timedUs / this.#timed / 1000 : 0,
      connected: share(this.#connected),
      connectMs: this.#connected > 0 ? this.#connectUs / this.#connected / 1000 : 0,
      closed: share(this.#closed),
    };
  }
}
