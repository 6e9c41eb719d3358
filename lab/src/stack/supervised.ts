import { identify, isAlive } from '../process-identity.ts';
import type { Running } from './running.ts';

/** A component that is started again when it dies. */
export interface Supervised<T extends Running = Running> {
  /** What runs, or ran last while it is started again. */
  current(): T;
  read(): SupervisedReading;
  /** Ends what runs and starts it anew. */
  restart(): Promise<T>;
  stop(): Promise<void>;
}

export interface SupervisedReading {
  readonly name: string;
  readonly pid: number;
  readonly url: string | null;
  readonly state: 'running' | 'starting again' | 'ended';
  /** Times that it died and was started again. */
  readonly restarts: number;
  /** Why it could not be started again, at the last try. */
  readonly fault: string | null;
}

const pollMs = 100;
const patienceMs = { first: 200, longest: 10_000 };

/**
 * Starts a component, and starts it again whenever its process is gone.
 *
 * @param start Answers at the same address each time.
 * @param onRestart Told what runs after it was started again.
 */
export async function supervise<T extends Running>(
  start: () => Promise<T>,
  onRestart: (running: T) => Promise<void> = async () => undefined,
): Promise<Supervised<T>> {
  let running = await start();
  let identity = identify(running.pid);
  let state: SupervisedReading['state'] = 'running';
  let restarts = 0;
  let fault: string | null = null;
  let isStopping = false;
  /** One thing at a time: a restart by hand and one after a death never overlap. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <R>(work: () => Promise<R>): Promise<R> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const isGone = () => identity === undefined || !isAlive(identity);
  const startAgain = async () => {
    running = await start();
    identity = identify(running.pid);
    fault = null;
    state = 'running';
    await onRestart(running);
  };
  const recover = async () => {
    if (isStopping || !isGone()) return;
    state = 'starting again';
    for (let waitMs = patienceMs.first; !isStopping; waitMs = Math.min(waitMs * 2, patienceMs.longest)) {
      try {
        await startAgain();
        restarts += 1;
        return;
      } catch (error) {
        fault = error instanceof Error ? error.message : String(error);
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  };
  let isRecovering = false;
  const watch = setInterval(() => {
    if (isRecovering || state === 'ended' || !isGone()) return;
    isRecovering = true;
    inTurn(recover).finally(() => {
      isRecovering = false;
    });
  }, pollMs);
  return {
    current: () => running,
    read: () => ({ name: running.name, pid: running.pid, url: running.url, state, restarts, fault }),
    restart: () =>
      inTurn(async () => {
        await running.stop();
        await startAgain();
        return running;
      }),
    stop() {
      isStopping = true;
      clearInterval(watch);
      return inTurn(async () => {
        state = 'ended';
        await running.stop();
      });
    },
  };
}
