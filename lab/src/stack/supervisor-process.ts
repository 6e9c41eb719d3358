import { createInterface } from 'node:readline';
import { isObject } from '../document.ts';
import { LabError } from '../lab-error.ts';
import { clearLeftovers, notedLabs, takeBerth } from '../leftovers.ts';
import { isAlive } from '../process-identity.ts';
import { completeSetup, type Setup } from '../setup.ts';
import { faultOf, serveControl } from './control.ts';
import { stackStateIn } from './state.ts';
import { type Others, startStack } from './supervisor.ts';

/** What `up` writes to the supervisor's standard input, as one line of JSON. */
export interface StackAssignment extends Others {
  readonly name: string;
  readonly setup: Setup;
}

/** What `up` writes when it has read that the stack is ready; should it end before, so does the supervisor. */
export const goLine = 'go';

/**
 * The process of a supervisor: starts the stack, tells on standard output how that went, one line of JSON, and keeps it
 * until it is told to end.
 */
export async function serveStack(): Promise<number> {
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.resolve());
  for (const stream of [process.stdin, process.stdout, process.stderr]) stream.on('error', () => undefined);
  const lines = createInterface({ input: process.stdin });
  const assigned = new Promise<string>((resolve) => lines.once('line', resolve));
  const { name, setup, ...others } = assignmentIn(await assigned);
  let isGoing = false;
  lines.on('line', (line) => {
    isGoing ||= line === goLine;
  });
  lines.on('close', () => {
    if (!isGoing) stopped.resolve();
  });
  const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
  await clearLeftovers();
  const berth = takeBerth(name);
  try {
    const other = notedLabs().find(
      (lab) => lab.stack === name && lab.folder !== berth.folder && isAlive(lab.owner),
    );
    if (other !== undefined)
      throw new LabError(
        'stack-is-up',
        `a stack named ${name} is up already, supervised by process ${other.owner.pid}`,
        `stop it with \`lab down --name ${name}\`, or give this one another \`--name\``,
      );
    const stack = await startStack(setup, stackStateIn(berth.folder), others);
    try {
      const read = () => ({
        name,
        url: stack.url,
        pid: process.pid,
        folder: berth.folder,
        setup,
        components: stack.read(),
      });
      const close = await serveControl(berth.folder, {
        status: async () => read(),
        restart: () => stack.restart().then(read),
        reload: () => stack.reload().then(read),
      });
      say({ ready: read() });
      await stopped.promise;
      await close();
      return 0;
    } finally {
      await stack.stop();
    }
  } catch (error) {
    say({ fault: faultOf(error) });
    return 1;
  } finally {
    berth.leave();
  }
}

function assignmentIn(line: string): StackAssignment {
  const read: unknown = JSON.parse(line);
  const { name, setup, databaseUrl, redisUrl } = isObject(read) ? read : {};
  if (typeof name !== 'string' || !isObject(setup))
    throw new LabError('no-assignment', 'there is no assignment on standard input', 'use `loadline lab up`');
  return {
    name,
    setup: completeSetup(setup),
    databaseUrl: typeof databaseUrl === 'string' ? databaseUrl : null,
    redisUrl: typeof redisUrl === 'string' ? redisUrl : null,
  };
}
