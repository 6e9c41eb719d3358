import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { allTogether } from '../prove/remedy.ts';
import { completeSetup } from '../setup.ts';
import { readSetupFile, setupIn } from './setup-file.ts';

test('keys are the flags, true and false are on and off', () => {
  const text =
    'profile: tuned\npool: 10\ncache: redis\nkeep-alive: true\nreplica: off\ninstances: 3\nrate-limit: off\n';
  expect(setupIn(text)).toEqual({
    setup: {
      profile: 'tuned',
      pool: 10,
      cache: 'redis',
      keepAlive: true,
      replica: false,
      instances: 3,
      rateLimit: null,
    },
    faults: [],
  });
  expect(setupIn('')).toEqual({ setup: {}, faults: [] });
});

test.each([
  ['pool: 10\ninstances: 9\n', 2, 'instances is 9, which is none of its values: 1..4'],
  ['cache: [redis]\n', 1, 'cache is'],
  ['- pool\n', 1, 'expected keys with values'],
  ['# mine\n\npoool: 3\n', 3, 'unknown key "poool"; keys are profile, pool'],
  ['pool: 1\npool: 2\n', 2, 'Map keys must be unique'],
])('%j is refused at line %i', (text, line, words) => {
  const { faults } = setupIn(text);
  expect(faults).toEqual([{ line, words: expect.stringContaining(words) }]);
});

test.each([
  [{}, false],
  [{ instances: 2 }, true],
  [{ autoscale: true }, true],
  [{ balancer: true }, true],
])('%j brings the balancer: %s', (given, balancer) => {
  expect(completeSetup(given).balancer).toBe(balancer);
});

test('lab/ready.yaml is what `lab prove` measures as all together', () => {
  const file = fileURLToPath(new URL('../../ready.yaml', import.meta.url));
  expect(readSetupFile(file)).toEqual(allTogether);
});
