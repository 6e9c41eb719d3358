import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../document.ts';
import { endProcess, identify, isAlive, type ProcessIdentity } from '../process-identity.ts';

/** A process that belongs to a stack. */
export interface StackProcess extends ProcessIdentity {
  readonly name: string;
  /** PostgreSQL is ended by its immediate shutdown: on SIGTERM it would wait for its clients. */
  readonly endsBy: EndingSignal;
}

type EndingSignal = 'SIGTERM' | 'SIGQUIT';

/** What a stack has on disk: its folder, and a note of each process in it. */
export interface StackState {
  /** Holds everything that its components write; only the stack's user enters it. */
  readonly folder: string;
  /**
   * Notes a process as soon as it has a pid, so that a later start or `down` ends it should this supervisor be killed.
   * Answers its identity, or `undefined` when it has ended already.
   */
  note(name: string, pid: number, endsBy?: EndingSignal): StackProcess | undefined;
}

export function stackStateIn(folder: string): StackState {
  return {
    folder,
    note(name, pid, endsBy = 'SIGTERM') {
      const identity = identify(pid);
      if (identity === undefined) return undefined;
      const noted = { name, ...identity, endsBy };
      appendFileSync(processesFile(folder), `${JSON.stringify(noted)}\n`, { mode: 0o600 });
      return noted;
    },
  };
}

/** Every process that was noted, the oldest first; those that ended are among them. */
export function notedProcesses(folder: string): readonly StackProcess[] {
  let text: string;
  try {
    text = readFileSync(processesFile(folder), 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => processIn(line) ?? []);
}

/** Ends what a killed supervisor left running, the youngest first: a balancer before what it balances. */
export async function endNotedProcesses(folder: string): Promise<number> {
  const alive = notedProcesses(folder).filter(isAlive).toReversed();
  for (const each of alive)
    await endProcess(each, [
      [each.endsBy, 2000],
      ['SIGKILL', 2000],
    ]);
  return alive.length;
}

function processesFile(folder: string): string {
  return join(folder, 'processes.jsonl');
}

/** A line may be cut short: its writer may have been killed. */
function processIn(line: string): StackProcess | undefined {
  try {
    const read: unknown = JSON.parse(line);
    if (!isObject(read)) return undefined;
    const { name, pid, startedAt } = read;
    if (typeof name !== 'string' || typeof pid !== 'number' || typeof startedAt !== 'string')
      return undefined;
    const endsBy = read.endsBy === 'SIGQUIT' ? 'SIGQUIT' : 'SIGTERM';
    return pid > 1 ? { name, pid, startedAt, endsBy } : undefined;
  } catch {
    return undefined;
  }
}
