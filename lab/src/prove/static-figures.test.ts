import { expect, it } from 'vitest';
import { pageLoadOf } from './static-figures.ts';

it('takes the bytes and the rate of the page from an analysis; without an answer there is none', () => {
  const stage = { rate: 1326.5, responseTime: { avg: 7.5 }, bytes: 2176, failed: 2 };
  expect(pageLoadOf({ endpoints: [{ stages: [stage] }] })).toEqual({
    rate: 1326.5,
    averageMs: 7.5,
    bytes: 2176,
    failed: 2,
  });
  const unanswered = { ...stage, responseTime: null, bytes: null };
  expect(() => pageLoadOf({ endpoints: [{ stages: [unanswered] }] })).toThrow('no static page was answered');
  expect(() => pageLoadOf({})).toThrow('no static page was answered');
});
