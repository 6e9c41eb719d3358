import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { ProcessorUse } from './checklist.ts';

const everyMs = 1000;
/** Linux counts processor time in hundredths of a second. */
const ticksPerSecond = 100;
/** Seconds that a person looks at. */
const lookedAt = 5;

/** Watches the processor use of processes and their children, as `top` does. */
export class ProcessorWatch {
  readonly #pids: readonly number[];
  readonly #timer: NodeJS.Timeout;
  readonly #seconds: { readonly total: number; readonly busiest: number }[] = [];
  #before = new Map<number, number>();
  #at = performance.now();

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.#timer = setInterval(() => this.#look(), everyMs);
    this.#timer.unref();
  }

  /** The busiest five seconds; null: this system does not tell. */
  stop(): ProcessorUse | null {
    clearInterval(this.#timer);
    let [total, busiestProcess] = [0, 0];
    for (let from = 0; from + lookedAt <= this.#seconds.length; from += 1) {
      const seen = this.#seconds.slice(from, from + lookedAt);
      const mean = (of: (one: (typeof seen)[number]) => number) =>
        seen.reduce((sum, one) => sum + of(one), 0) / lookedAt;
      total = Math.max(
        total,
        mean((one) => one.total),
      );
      busiestProcess = Math.max(
        busiestProcess,
        mean((one) => one.busiest),
      );
    }
    return this.#seconds.length < lookedAt ? null : { cores: availableParallelism(), total, busiestProcess };
  }

  #look(): void {
    const now = performance.now();
    const used = new Map(family(this.#pids).map(({ pid, ticks }) => [pid, ticks]));
    const seconds = (now - this.#at) / 1000;
    const rates = [...used].map(
      ([pid, ticks]) => (ticks - (this.#before.get(pid) ?? ticks)) / ticksPerSecond / seconds,
    );
    this.#seconds.push({ total: rates.reduce((sum, rate) => sum + rate, 0), busiest: Math.max(0, ...rates) });
    this.#before = used;
    this.#at = now;
  }
}

function family(roots: readonly number[]): readonly { readonly pid: number; readonly ticks: number }[] {
  const known = new Set(roots);
  // A child's number is mostly above its parent's; where it is not, it is missed.
  return readdirSync('/proc')
    .flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
    .sort((a, b) => a - b)
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (!known.has(pid) && !known.has(Number(fields[1]))) return [];
        known.add(pid);
        return [{ pid, ticks: Number(fields[11]) + Number(fields[12]) }];
      } catch {
        return [];
      }
    });
}
