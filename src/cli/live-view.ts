import type { LoadProgress } from '../load/run-load.ts';
import { Histogram, quantileUs } from '../record/histogram.ts';
import { isUnsent } from '../record/run.ts';
import type { Io } from './io.ts';

/** Plain lines come this often when nobody can watch. */
const plainLineEverySeconds = 5;
const sparks = '▁▂▃▄▅▆▇█';
const sparkWidth = 32;

type Second = {
  count: number;
  failed: number;
  unsent: number;
  readonly response: Histogram;
  readonly inFlight: Map<number, number>;
  readonly users: Map<number, number>;
};

/** Shows a run as it goes on: a block that is redrawn at a terminal, a line every few seconds elsewhere. */
export class LiveView {
  readonly #stream: NodeJS.WriteStream;
  readonly #drawn: boolean;
  readonly #now: () => number;
  readonly #seconds = new Map<number, Second>();
  readonly #rates: number[] = [];
  readonly #timer: NodeJS.Timeout | null;
  #stage: Extract<LoadProgress, { kind: 'stage' }> | null = null;
  #stageStartMs = 0;
  #shown = -1;
  #lines = 0;
  #note = '';
  #total = 0;
  #failed = 0;
  #lastLine = 0;
  #row: string[] = [];

  constructor(io: Io, now: () => number = () => performance.now()) {
    this.#stream = io.stderr;
    this.#drawn = io.stderr.isTTY === true && io.env.TERM !== 'dumb';
    this.#now = now;
    this.#timer = this.#drawn ? setInterval(() => this.#draw(), 250) : null;
  }

  /** A remark that stays: where the run goes, that it was interrupted. */
  say(text: string): void {
    this.#erase();
    this.#stream.write(`${text}\n`);
    this.#draw();
  }

  update(progress: LoadProgress): void {
    switch (progress.kind) {
      case 'stage': {
        this.#completeBefore(Number.POSITIVE_INFINITY);
        this.#stage = progress;
        this.#stageStartMs = this.#now();
        this.#note = '';
        this.#rates.length = 0;
        if (!this.#drawn) {
          const ramp =
            progress.rampMs > 0
              ? ` after ${progress.users === null ? 'settling for' : 'a ramp of'} ${clock(progress.rampMs)}`
              : '';
          this.say(
            `stage ${progress.stage + 1}/${progress.of}: ${loadWords(progress)} for ${clock(progress.durationMs)}${ramp}`,
          );
        }
        return;
      }
      case 'draining':
        this.#note = 'waiting for the last answers';
        return;
      case 'second': {
        const second = this.#second(progress.second);
        for (const window of progress.windows) {
          if (isUnsent(window.outcome)) {
            second.unsent += window.count;
            continue;
          }
          second.count += window.count;
          if (window.outcome === 'ok' || window.outcome === 'timeout') second.response.merge(window.response);
          if (window.outcome !== 'ok') second.failed += window.count;
        }
        second.inFlight.set(progress.health.worker, progress.health.inFlightMean);
        second.users.set(progress.health.worker, progress.health.users);
        this.#completeBefore(progress.second);
        return;
      }
      default:
        progress satisfies never;
    }
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#completeBefore(Number.POSITIVE_INFINITY);
    this.#erase();
  }

  #second(at: number): Second {
    let second = this.#seconds.get(at);
    if (second === undefined) {
      second = {
        count: 0,
        failed: 0,
        unsent: 0,
        response: new Histogram(),
        inFlight: new Map(),
        users: new Map(),
      };
      this.#seconds.set(at, second);
    }
    return second;
  }

  /** A second is shown when a later one has begun: then all workers have told of it. */
  #completeBefore(second: number): void {
    for (const [at, seen] of [...this.#seconds].sort(([a], [b]) => a - b)) {
      if (at >= second) continue;
      this.#seconds.delete(at);
      if (at <= this.#shown) continue;
      this.#shown = at;
      this.#total += seen.count;
      this.#failed += seen.failed;
      this.#rates.push(seen.count);
      if (this.#rates.length > sparkWidth) this.#rates.shift();
      const snapshot = seen.response.snapshot();
      const p50 = quantileUs(snapshot, 0.5);
      const p95 = quantileUs(snapshot, 0.95);
      this.#row = [
        ...(this.#stage?.users === null ? [] : [`${sum(seen.users)} users`]),
        `${seen.count}/s`,
        `p50 ${milliseconds(p50)}`,
        `p95 ${milliseconds(p95)}`,
        `${seen.failed} failed`,
        `${Math.round(sum(seen.inFlight))} in flight`,
        ...(seen.unsent > 0 ? [`${seen.unsent} not sent`] : []),
      ];
      this.#lastLine += 1;
      if (!this.#drawn && this.#lastLine >= plainLineEverySeconds && this.#stage !== null) {
        this.#lastLine = 0;
        this.#stream.write(`  ${this.#left()}  ${this.#row.join('  ')}\n`);
      }
    }
    this.#draw();
  }

  #left(): string {
    if (this.#stage === null) return '';
    const total = this.#stage.rampMs + this.#stage.durationMs;
    const passed = this.#now() - this.#stageStartMs;
    if (this.#note !== '') return this.#note;
    const { rampDownMs } = this.#stage;
    if (rampDownMs > 0 && passed > total)
      return `ramp-down, ${clock(Math.max(0, total + rampDownMs - passed))} left`;
    return passed < this.#stage.rampMs
      ? `${this.#stage.users === null ? 'settling' : 'ramp'}, ${clock(total - passed)} left`
      : `${clock(Math.max(0, total - passed))} left`;
  }

  #draw(): void {
    if (!this.#drawn || this.#stage === null) return;
    const { stage, of } = this.#stage;
    const width = Math.max(40, this.#stream.columns ?? 80);
    const lines = [
      `stage ${stage + 1}/${of}  ${loadWords(this.#stage)}  ${this.#left()}`,
      `  ${this.#row.join('  ')}`,
      `  ${sparkline(this.#rates)}  requests/s  ${this.#total} ended, ${this.#failed} failed`,
    ];
    this.#erase();
    this.#stream.write(lines.map((line) => `${[...line].slice(0, width - 1).join('')}\n`).join(''));
    this.#lines = lines.length;
  }

  #erase(): void {
    if (!this.#drawn || this.#lines === 0) return;
    this.#stream.write(`\u001b[${this.#lines}A\u001b[0J`);
    this.#lines = 0;
  }
}

function loadWords({ users, askedRatePerSecond }: Extract<LoadProgress, { kind: 'stage' }>): string {
  if (users !== null) return `${users} ${users === 1 ? 'user' : 'users'}`;
  return `${Number((askedRatePerSecond ?? 0).toPrecision(4))} requests/s asked`;
}

function sparkline(values: readonly number[]): string {
  const top = Math.max(1, ...values);
  return values
    .map((value) => sparks[Math.min(sparks.length - 1, Math.floor((value / top) * sparks.length))] ?? '')
    .join('');
}

function sum(values: Map<number, number>): number {
  let total = 0;
  for (const value of values.values()) total += value;
  return total;
}

function milliseconds(us: number | null): string {
  if (us === null) return '–';
  const ms = us / 1000;
  return ms >= 100 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

/** 75 s → 1:15. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60
    ? `${seconds} s`
    : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
