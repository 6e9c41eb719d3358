import { scryptSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { startComputer } from './computation.ts';

const derived = (text: string, rounds: number) => {
  let key = text;
  for (let round = 0; round < rounds; round += 1) {
    key = scryptSync(key, 'loadline', 24, { N: 1024, r: 8, p: 1 }).toString('base64url');
  }
  return key;
};

test('more than there are threads: each gets its own key', async () => {
  const computer = startComputer(2, 2);
  const texts = ['a', 'b', 'c', 'd', 'e'];
  const keys = await Promise.all(texts.map((text) => computer.compute(text)));
  expect(keys).toEqual(texts.map((text) => derived(text, 2)));
  await computer.stop();
  await expect(computer.compute('g')).rejects.toThrow('a computing thread ended');
});

test('what is not done when it stops is refused', async () => {
  const computer = startComputer(2000, 1);
  const unfinished = computer.compute('f');
  const refused = expect(unfinished).rejects.toThrow('a computing thread ended');
  await computer.stop();
  await refused;
});
