import { expect, it } from 'vitest';
import { fuzzAnswers } from '../testing/answer-fuzz.ts';

// The long run, of a million answers, is bench/engine/fuzz-reader.ts.
it("takes no mutated answer that Node's parser rejects, and reads what both take alike", async () => {
  const { inputs, bothRead, bothReject, unexplained } = await fuzzAnswers(6000, 20_261_123);
  expect(unexplained).toEqual([]);
  expect(inputs).toBe(6000);
  // A fuzz whose answers all fail, or all pass, tests nothing.
  expect(bothRead).toBeGreaterThan(1000);
  expect(bothReject).toBeGreaterThan(1000);
}, 20_000);
