import { readdirSync, readFileSync } from 'node:fs';
import type { Readings } from '../record/telemetry.ts';

/** `USER_HZ`: what /proc counts processor time in; 100 a second on every Linux that Node.js runs on. proc_pid_stat(5). */
const ticksPerSecond = 100;
const mostProcesses = 256;

/** A process that is not there, or a system without /proc. */
export class ProcessUnreadableError extends Error {
  override readonly name = 'ProcessUnreadableError';
}

/** Processor time and memory of a local process and its children, theirs included, from Linux' /proc. */
export class ProcessTree {
  readonly #root: number;
  /** Process and its start → ticks at the last look: a child that ended keeps what it had used. */
  #ticks = new Map<string, number>();
  #usedTicks = 0;
  #rootStart: string | null = null;

  constructor(root: number) {
    this.#root = root;
  }

  /** Throws {@link ProcessUnreadableError}. */
  read(): Readings {
    if (process.platform !== 'linux')
      throw new ProcessUnreadableError('processor time of a process is known on Linux only');
    const root = statOf(this.#root);
    this.#rootStart ??= root?.start ?? null;
    if (root === null || root.start !== this.#rootStart)
      throw new ProcessUnreadableError(`process ${this.#root} is not running`);
    const seen = new Map<string, number>();
    let rssBytes = 0;
    const waiting = [this.#root];
    const known = new Set<number>();
    for (let pid = waiting.pop(); pid !== undefined && known.size < mostProcesses; pid = waiting.pop()) {
      const stat = known.has(pid) ? null : statOf(pid);
      known.add(pid);
      if (stat === null) continue;
      const key = `${pid}:${stat.start}`;
      seen.set(key, stat.ticks);
      this.#usedTicks += Math.max(0, stat.ticks - (this.#ticks.get(key) ?? 0));
      rssBytes += residentBytes(pid);
      waiting.push(...childrenOf(pid));
    }
    this.#ticks = seen;
    return { cpuSeconds: this.#usedTicks / ticksPerSecond, rssBytes };
  }
}

type Stat = { readonly ticks: number; readonly start: string };

/** Fields 14 (user), 15 (system), 22 (start). The name in field 2 may hold anything, so one counts from its last `)`. */
function statOf(pid: number): Stat | null {
  const text = textOf(`/proc/${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  const start = fields[19];
  const ended = fields[0] === 'Z' || fields[0] === 'X';
  return start === undefined || !Number.isFinite(ticks) || ended ? null : { ticks, start };
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** Any thread may have begun a child. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      (textOf(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').flatMap((child) => {
        const id = Number(child);
        return Number.isInteger(id) && id > 0 ? [id] : [];
      }),
    );
  } catch {
    return [];
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
