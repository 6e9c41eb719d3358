import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What tells a process from a later one that was given the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the system words it; two processes of one pid differ in it. */
  readonly startedAt: string;
}

export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = startOf(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive(process: ProcessIdentity): boolean {
  return startOf(process.pid) === process.startedAt;
}

/** Sends one signal after the other, each with its patience in milliseconds, until the process is gone. */
export async function endProcess(
  ended: ProcessIdentity,
  signals: readonly (readonly [NodeJS.Signals, number])[],
): Promise<void> {
  for (const [signal, patienceMs] of signals) {
    if (!isAlive(ended)) return;
    signalTo(ended.pid, signal);
    const until = performance.now() + patienceMs;
    while (isAlive(ended) && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between.
  }
}

/** Linux: field 22 of /proc/PID/stat, ticks since boot (proc_pid_stat(5)); a zombie counts as gone. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return ps(pid, 'lstart=');
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function commandLine(pid: number): readonly string[] {
  if (process.platform !== 'linux') return ps(pid, 'command=')?.split(' ') ?? [];
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function ps(pid: number, format: string): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', format, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.trim() === '' ? undefined : text.trim();
  } catch {
    return undefined;
  }
}
