import { existsSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { clearLeftovers } from '../leftovers.ts';
import { identify, isAlive } from '../process-identity.ts';
import { describeWith, openTestDatabase } from '../test-database.ts';
import { downStack, stackStatus, upStack } from './stack.ts';
import { notedProcesses } from './state.ts';

const database = await openTestDatabase();
const name = `test-${process.pid}`;

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Only where the embedded server is the one that the tests run on. */
const embedded = (process.env.DATABASE_URL ?? '') === '' ? database : undefined;

describeWith(embedded, 'a stack in the background', () => {
  afterAll(async () => {
    await downStack(name);
    await database?.stop();
  });

  test('up, each component killed and started again where it was, the replica read; then the supervisor killed', async () => {
    const stack = await upStack({ name, setup: { profile: 'tuned', cache: 'off', pool: 2, replica: true } });
    expect(stack.components.map((each) => each.name)).toEqual(['postgres', 'postgres-replica', 'api-1']);
    const written = await fetch(`${stack.url}/posts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'kept', userId: 1 }),
    });
    expect(written.status).toBe(201);
    await expect(upStack({ name })).rejects.toMatchObject({ code: 'stack-is-up' });

    for (const { pid } of stack.components) process.kill(pid, 'SIGKILL');
    await until(async () => {
      const [now] = (await stackStatus()).filter((each) => each.name === name);
      return (
        now?.state === 'up' && now.components.every((each) => each.restarts > 0 && each.state === 'running')
      );
    });
    const read = await fetch(`${stack.url}/posts/101`);
    expect(await read.json()).toMatchObject({ title: 'kept' });

    const left = notedProcesses(stack.folder).filter(isAlive);
    expect(left.map((each) => each.name).toSorted()).toEqual(['api-1', 'postgres', 'postgres-replica']);
    const supervisor = identify(stack.pid);
    process.kill(stack.pid, 'SIGKILL');
    await until(async () => supervisor === undefined || !isAlive(supervisor));
    await clearLeftovers();
    expect([left.filter(isAlive), existsSync(stack.folder)]).toEqual([[], false]);
  }, 60_000);
});
