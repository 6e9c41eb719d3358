import { createInterface } from 'node:readline';
import { isObject } from '../document.ts';
import { LabError } from '../lab-error.ts';
import { endProcess } from '../process-identity.ts';
import { defaultSeed, seedTexts } from '../seed.ts';
import { type ApiAssignment, serveApi } from '../served-api.ts';
import { baseline } from '../switches.ts';
import { startOwnProcess } from './own-process.ts';
import type { Running } from './running.ts';
import type { StackState } from './state.ts';

/** One API process of a stack. */
export interface ApiInstance extends Running {
  readonly url: string;
  readonly port: number;
  /** From 1; `api-1` is its name. */
  readonly instance: number;
}

/** An assignment with the seed of its rows: what an instance reads from its standard input. */
export interface InstanceAssignment extends ApiAssignment {
  readonly seed: number;
}

const endingSignals = [
  ['SIGTERM', 10_000],
  ['SIGKILL', 2000],
] as const;

/**
 * Starts an API process and waits until it answers. It ends with this process, however this one ends.
 *
 * @throws LabError with what it said, when it did not become ready.
 */
export async function startApiInstance(
  state: StackState,
  assignment: InstanceAssignment,
): Promise<ApiInstance> {
  const name = `api-${assignment.instance}`;
  const { child, firstLine, complaints } = startOwnProcess('serve-instance', assignment, state.folder);
  const noted = child.pid === undefined ? undefined : state.note(name, child.pid);
  const line = await firstLine;
  if (line === undefined || noted === undefined) {
    throw new LabError(
      'instance-not-ready',
      `${name} ended before it was ready\n${complaints()}`,
      'see what it said',
    );
  }
  const url = urlIn(line);
  return {
    name,
    instance: assignment.instance,
    pid: noted.pid,
    url,
    port: Number(new URL(url).port),
    stop: () => endProcess(noted, endingSignals),
  };
}

function urlIn(line: string): string {
  const ready: unknown = JSON.parse(line);
  if (isObject(ready) && typeof ready.url === 'string') return ready.url;
  throw new LabError('instance-not-ready', `the instance said ${line}`, 'this is a fault of the lab');
}

/** The process of an instance: reads its assignment, serves, and ends when told or when its input closes. */
export async function serveInstance(): Promise<number> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    process.stdin.on('close', resolve).on('error', () => resolve());
  });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const line = await new Promise<string>((resolve) =>
    createInterface({ input: process.stdin }).once('line', resolve),
  );
  const assignment = assignmentIn(line);
  const api = await serveApi(assignment, seedTexts(assignment.seed));
  process.stdout.write(`${JSON.stringify({ url: api.url })}\n`);
  await stopped;
  await api.stop();
  return 0;
}

/** Written by the supervisor of the same version: what matters is that a cut line is not served. */
function assignmentIn(line: string): InstanceAssignment {
  const read: unknown = JSON.parse(line);
  const { switches, port, instance, seed, databaseUrl, replicaUrl, redisUrl } = isObject(read) ? read : {};
  if (!isObject(switches) || typeof databaseUrl !== 'string')
    throw new LabError('no-assignment', 'there is no assignment on standard input', 'use `loadline lab up`');
  return {
    switches: { ...baseline, ...switches },
    port: typeof port === 'number' ? port : 0,
    instance: typeof instance === 'number' ? instance : 1,
    seed: typeof seed === 'number' ? seed : defaultSeed,
    databaseUrl,
    replicaUrl: typeof replicaUrl === 'string' ? replicaUrl : null,
    redisUrl: typeof redisUrl === 'string' ? redisUrl : null,
  };
}
