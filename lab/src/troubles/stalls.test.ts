import { PerformanceObserver } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { isObject } from '../document.ts';
import { reportOf, startStalls } from './stalls.ts';

test('a report counts each route, with median and p99', () => {
  const requests = Array.from({ length: 100 }, (_, index) => ({ route: 'GET /a', ms: 100 - index }));
  expect([...reportOf([...requests, { route: 'GET /b', ms: 7 }])]).toEqual([
    ['GET /a', { count: 100, median: 51, p99: 100 }],
    ['GET /b', { count: 1, median: 7, p99: 7 }],
  ]);
});

test('off is nothing', () => {
  expect(startStalls('off')).toBeUndefined();
});

test('garbage: V8 collects after every two hundred requests', async () => {
  const collections: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const detail: unknown = Reflect.get(entry, 'detail');
      // A full collection (kind 4) that a program asked for (flags & 4).
      if (isObject(detail) && detail.kind === 4 && (Number(detail.flags) & 4) !== 0) collections.push(4);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const stalls = startStalls('garbage', { reportOver: 1, collectOver: 1000 });
  for (let request = 1; request <= 600; request += 1) stalls?.note('GET /a', request);
  expect(stalls?.times()).toBe(3);
  while (collections.length < 3) await new Promise((resolve) => setImmediate(resolve));
  observer.disconnect();
  expect(collections).toHaveLength(3);
  await stalls?.stop();
});

test('report: one is made when its second is over', async () => {
  const stalls = startStalls('report', { reportOver: 10, collectOver: 1 });
  while (stalls?.times() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await stalls?.stop();
  expect(stalls?.times()).toBe(1);
});
