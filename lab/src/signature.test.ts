import { expect, test } from 'vitest';
import { createSign } from './signature.ts';

test.each([
  ['on the event loop: nothing else runs before it is done', true, false],
  ["in libuv's threads: the event loop goes on", false, true],
])('%s', async (_, eventLoop, turned) => {
  const sign = createSign('secret', eventLoop);
  let loopTurned = false;
  setImmediate(() => {
    loopTurned = true;
  });
  await sign('body');
  expect(loopTurned).toBe(turned);
});

test('the same work is done in both places', async () => {
  const here = await createSign('secret', true)('body');
  expect(await createSign('secret', false)('body')).toBe(here);
  expect(await createSign('secret', true)('other body')).not.toBe(here);
});
