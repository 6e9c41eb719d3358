import { readdirSync, readFileSync } from 'node:fs';

/** What a stack takes of the machine. */
export interface Footprint {
  readonly processes: number;
  /** Proportional set size (shared pages divided among those who share them), in bytes; `null` where Linux is not. */
  readonly bytes: number | null;
}

/** Of the processes given and all that descend from them. */
export function footprintOf(roots: readonly number[]): Footprint {
  const pids = withDescendants(roots);
  const sizes = pids.map(proportionalBytes);
  const known = sizes.flatMap((size) => size ?? []);
  return {
    processes: pids.length,
    bytes: known.length === 0 ? null : known.reduce((sum, size) => sum + size, 0),
  };
}

function withDescendants(roots: readonly number[]): readonly number[] {
  const parents = parentOfEach();
  const found = new Set(roots);
  for (let grown = -1; grown !== found.size; ) {
    grown = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

function parentOfEach(): ReadonlyMap<number, number> {
  const parents = new Map<number, number>();
  let entries: readonly string[] = [];
  try {
    entries = readdirSync('/proc');
  } catch {
    return parents;
  }
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      // proc_pid_stat(5): after the name in parentheses come the state and the parent.
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      parents.set(Number(entry), Number(parent));
    } catch {
      // It ended in between.
    }
  }
  return parents;
}

function proportionalBytes(pid: number): number | null {
  try {
    const found = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return found === null ? null : Number(found[1]) * 1024;
  } catch {
    return null;
  }
}
