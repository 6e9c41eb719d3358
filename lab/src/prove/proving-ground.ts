import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../lab-error.ts';
import type { Setup } from '../setup.ts';
import { downStack, type StackReading, stackStatus, upStack } from '../stack/stack.ts';

/** Where systems are started one after the other, and files kept until the end. */
export interface ProvingGround {
  readonly folder: string;
  /** Aborted when it is interrupted, with a LabError as the reason. */
  readonly interrupted: AbortSignal;
  /** Starts a stack, lets `work` use it, and ends it whatever happened. */
  withStack<T>(setup: Partial<Setup>, work: (stack: StackReading) => Promise<T>): Promise<T>;
  /** The stack as it is now: instances come and go. */
  present(): Promise<StackReading>;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Lets `work` use a ground of its own; nothing of it is left behind, not even when it is interrupted. It ends when `work`
 * does: a stack that is just being started is not left to itself.
 *
 * @throws LabError `interrupted`
 */
export async function onProvingGround<T>(work: (ground: ProvingGround) => Promise<T>): Promise<T> {
  const name = `prove-${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'loadline-prove-'));
  const controller = new AbortController();
  const { signal: interrupted } = controller;
  // A second signal changes nothing: what runs is being ended already.
  const interrupt = () => {
    if (interrupted.aborted) return;
    process.stderr.write('interrupted: ends what was started\n');
    controller.abort(
      new LabError('interrupted', 'it was interrupted; nothing was written', 'start it again'),
    );
  };
  for (const signal of signals) process.on(signal, interrupt);
  const present = async () => {
    const found = (await stackStatus()).find((each) => each.name === name);
    if (found?.state === 'up') return found;
    throw new LabError('no-such-stack', `the stack ${name} is not up`, 'start it again');
  };
  const withStack: ProvingGround['withStack'] = async (setup, use) => {
    interrupted.throwIfAborted();
    const stack = await upStack({ name, setup });
    try {
      interrupted.throwIfAborted();
      return await use(stack);
    } finally {
      await downStack(name);
    }
  };
  try {
    const done = await work({ folder, interrupted, withStack, present });
    interrupted.throwIfAborted();
    return done;
  } catch (error) {
    // What fails because it was interrupted is no news.
    interrupted.throwIfAborted();
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
    await downStack(name);
    rmSync(folder, { recursive: true, force: true });
  }
}
