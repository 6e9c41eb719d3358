import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { isObject } from './document.ts';
import { LabError } from './lab-error.ts';
import { commandLine, endProcess, identify, isAlive, type ProcessIdentity } from './process-identity.ts';
import { endNotedProcesses } from './stack/state.ts';

/** What one running lab would leave behind if it were killed. */
export interface Berth {
  /** Holds everything on disk. */
  readonly folder: string;
  readonly dataDir: string;
  /** Removes folder and note; only after the server has ended. */
  leave(): void;
}

const folderPattern = /^lab-[0-9a-f]{16}$/;

/** Holds the folders of all this user's labs and a note about each. */
export function berthsFolder(): string {
  const folder = join(tmpdir(), `loadline-lab-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || (process.getuid !== undefined && stat.uid !== process.getuid())) {
    throw new LabError(
      'unsafe-folder',
      `${folder} belongs to someone else`,
      'remove it, or set TMPDIR to another folder',
    );
  }
  chmodSync(folder, 0o711);
  return folder;
}

/** The last lab to leave takes the folder of all with it. */
function leaveEmpty(root: string): void {
  try {
    rmdirSync(root);
  } catch {
    // Others are still there, or were quicker.
  }
}

/** Notes a new lab on disk before anything of it exists; a stack's has its name. */
export function takeBerth(stack?: string): Berth {
  try {
    return berthIn(berthsFolder(), stack);
  } catch (error) {
    // The last lab may have left with the folder in between.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return berthIn(berthsFolder(), stack);
    throw error;
  }
}

function berthIn(root: string, stack: string | undefined): Berth {
  const name = `lab-${randomBytes(8).toString('hex')}`;
  const folder = join(root, name);
  const note = join(root, `${name}.json`);
  writeFileSync(`${note}.new`, JSON.stringify({ owner: identify(process.pid), stack }), { mode: 0o600 });
  renameSync(`${note}.new`, note);
  mkdirSync(folder, { mode: 0o711 });
  return {
    folder,
    dataDir: join(folder, 'data'),
    leave() {
      rmSync(folder, { recursive: true, force: true });
      rmSync(note, { force: true });
      leaveEmpty(root);
    },
  };
}

/** A lab that has a note on disk, whether it runs or was killed. */
export interface NotedLab {
  readonly folder: string;
  /** The stack's name; `undefined` for an API by itself. */
  readonly stack: string | undefined;
  readonly owner: ProcessIdentity;
  /** Ends what runs of it and removes its folder: only for one whose owner has ended. */
  clear(): Promise<void>;
}

export function notedLabs(): readonly NotedLab[] {
  const root = berthsFolder();
  const entries = readdirSync(root);
  leaveEmpty(root);
  return entries
    .filter((entry) => entry.endsWith('.json') && folderPattern.test(basename(entry, '.json')))
    .flatMap((entry) => {
      const note = join(root, entry);
      const folder = join(root, basename(entry, '.json'));
      const read = readNote(note);
      if (read === undefined) return [];
      const clear = async () => {
        const server = serverOf(join(folder, 'data'));
        await endNotedProcesses(folder);
        if (server !== undefined) await endServer(server);
        rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
        rmSync(note, { force: true });
        leaveEmpty(root);
      };
      return [{ folder, ...read, clear }];
    });
}

/** Ends the servers and removes the folders of labs that were killed; answers how many there were. */
export async function clearLeftovers(): Promise<number> {
  const left = notedLabs().filter(({ owner }) => !isAlive(owner));
  for (const lab of left) await lab.clear();
  return left.length;
}

function readNote(note: string): Pick<NotedLab, 'owner' | 'stack'> | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(note, 'utf8'));
    const owner = isObject(read) ? read.owner : undefined;
    if (!isObject(owner) || typeof owner.pid !== 'number' || typeof owner.startedAt !== 'string')
      return undefined;
    const stack = isObject(read) && typeof read.stack === 'string' ? read.stack : undefined;
    return { owner: { pid: owner.pid, startedAt: owner.startedAt }, stack };
  } catch {
    return undefined;
  }
}

/** The server of a data folder, if one runs: its pid from postmaster.pid, believed only if its command line agrees. */
export function serverOf(dataDir: string): ProcessIdentity | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const command = commandLine(pid);
  const isPostgres = /(^|\/)postgres$/.test(command[0] ?? '');
  return isPostgres && command.includes(dataDir) ? identify(pid) : undefined;
}

/** SIGQUIT is PostgreSQL's immediate shutdown: what the folder holds is about to be removed. */
export function endServer(server: ProcessIdentity): Promise<void> {
  return endProcess(server, [
    ['SIGQUIT', 5000],
    ['SIGKILL', 2000],
  ]);
}
