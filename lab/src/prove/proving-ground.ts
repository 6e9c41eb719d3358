import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../lab-error.ts';
import type { Setup } from '../setup.ts';
import { downStack, type StackReading, stackStatus, upStack } from '../stack/stack.ts';

/** Where systems are started one after the other, and files kept until the end. */
export interface ProvingGround {
  readonly folder: string;
  /** Starts a stack, lets `work` use it, and ends it whatever happened. */
  withStack<T>(setup: Partial<Setup>, work: (stack: StackReading) => Promise<T>): Promise<T>;
  /** The stack as it is now: instances come and go. */
  present(): Promise<StackReading>;
}

/** Lets `work` use a ground of its own; nothing of it is left behind, not even when it is interrupted. */
export async function onProvingGround<T>(work: (ground: ProvingGround) => Promise<T>): Promise<T> {
  const name = `prove-${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'loadline-prove-'));
  const interrupted = Promise.withResolvers<never>();
  const interrupt = () =>
    interrupted.reject(new LabError('interrupted', 'it was interrupted', 'start it again'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt);
  const present = async () => {
    const found = (await stackStatus()).find((each) => each.name === name);
    if (found?.state === 'up') return found;
    throw new LabError('no-such-stack', `the stack ${name} is not up`, 'start it again');
  };
  const withStack: ProvingGround['withStack'] = async (setup, use) => {
    const stack = await upStack({ name, setup });
    try {
      return await use(stack);
    } finally {
      await downStack(name);
    }
  };
  try {
    return await Promise.race([work({ folder, withStack, present }), interrupted.promise]);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt);
    await downStack(name);
    rmSync(folder, { recursive: true, force: true });
  }
}
