import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isObject } from '../document.ts';
import { LabError } from '../lab-error.ts';
import { type NotedLab, notedLabs } from '../leftovers.ts';
import { endProcess, isAlive } from '../process-identity.ts';
import { completeSetup, type Setup } from '../setup.ts';
import { faultIn, giveOrder } from './control.ts';
import { startOwnProcess } from './own-process.ts';
import type { SupervisedReading } from './supervised.ts';
import { goLine, type StackAssignment } from './supervisor-process.ts';

/** A stack as its supervisor tells it. */
export interface StackReading {
  readonly name: string;
  /** Of the balancer, or of the only instance. */
  readonly url: string;
  /** Of the supervisor. */
  readonly pid: number;
  readonly folder: string;
  readonly setup: Setup;
  readonly components: readonly SupervisedReading[];
}

/** `killed`: its supervisor is gone; `down` and the next start clear what it left. */
export type StackStatus =
  | ({ readonly state: 'up' } & StackReading)
  | { readonly state: 'starting' | 'killed'; readonly name: string; readonly pid: number };

export const defaultName = 'lab';

const stopLimitMs = 60_000;

/**
 * Starts a stack and answers when it serves. It goes on when this process ends, until `downStack`.
 *
 * @throws LabError with what its supervisor said.
 */
export async function upStack(options: {
  readonly setup?: Partial<Setup>;
  readonly name?: string;
  /** Servers to use in place of the stack's own. */
  readonly databaseUrl?: string | null;
  readonly redisUrl?: string | null;
}): Promise<StackReading> {
  const assignment: StackAssignment = {
    name: options.name ?? defaultName,
    setup: completeSetup(options.setup),
    databaseUrl: options.databaseUrl ?? null,
    redisUrl: options.redisUrl ?? null,
  };
  const { child, firstLine, ended, complaints } = startOwnProcess('serve-stack', assignment, tmpdir());
  const line = await firstLine;
  const said: unknown = line === undefined ? undefined : JSON.parse(line);
  if (!isObject(said) || said.ready === undefined) {
    await ended;
    if (isObject(said)) throw faultIn(said.fault);
    const words = `the supervisor ended before the stack was ready\n${complaints()}`;
    throw new LabError('stack-not-ready', words, 'see what it said');
  }
  await new Promise<void>((resolve) => child.stdin.end(`${goLine}\n`, () => resolve()));
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  return readingIn(said.ready);
}

/** Every stack of this user, whether it runs or its supervisor was killed. */
export async function stackStatus(): Promise<readonly StackStatus[]> {
  const stacks = notedLabs().filter((lab) => lab.stack !== undefined);
  return Promise.all(stacks.map(statusOf));
}

async function statusOf({ stack: name = '', owner, folder }: NotedLab): Promise<StackStatus> {
  const { pid } = owner;
  if (!isAlive(owner)) return { state: 'killed', name, pid };
  try {
    return { state: 'up', ...readingIn(await giveOrder(folder, 'status')) };
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'no-answer') throw error;
    return { state: isAlive(owner) ? 'starting' : 'killed', name, pid };
  }
}

/** Starts each API instance anew; behind a balancer no request fails by it. */
export async function restartInstances(name: string = defaultName): Promise<StackReading> {
  return readingIn(await giveOrder(liveStack(name).folder, 'restart'));
}

/** Makes the balancer read its configuration again. */
export async function reloadBalancer(name: string = defaultName): Promise<StackReading> {
  return readingIn(await giveOrder(liveStack(name).folder, 'reload'));
}

function liveStack(name: string): NotedLab {
  const found = notedLabs().find(({ stack, owner }) => stack === name && isAlive(owner));
  if (found !== undefined) return found;
  throw new LabError('no-such-stack', `no stack named ${name} is up`, 'see `lab status`');
}

/** Ends a stack and what a killed one of this name left; answers how many there were. */
export async function downStack(name: string = defaultName): Promise<number> {
  const stacks = notedLabs().filter(({ stack }) => stack === name);
  for (const { owner, folder, clear } of stacks) {
    await endProcess(owner, [
      ['SIGTERM', stopLimitMs],
      ['SIGKILL', 2000],
    ]);
    if (existsSync(folder)) await clear();
  }
  return stacks.length;
}

/** From the supervisor of the same version: only what is used here is looked at. */
function readingIn(read: unknown): StackReading {
  if (isObject(read) && typeof read.url === 'string' && Array.isArray(read.components))
    return read as unknown as StackReading;
  throw new LabError(
    'no-answer',
    `the supervisor said ${JSON.stringify(read)}`,
    'this is a fault of the lab',
  );
}
