import { describe, expect, it } from 'vitest';
import { parsePlanText } from '../../src/plan/parse-plan.ts';
import { kinds, systemOf } from './catalogue.ts';
import { planOf } from './system.ts';

/** Kinds whose servers no seed draws. */
const undrawn = [
  'lab-event-loop',
  'lab-row-lock',
  'lab-table-lock',
  'lab-collapse',
  'lab-report-stalls',
  'lab-garbage',
  'lab-healthy',
  'generator',
];
const seeds = [1, 2, 3, 4, 5, 6];

describe.each(kinds)('%s', (kind) => {
  const systems = seeds.map((seed) => systemOf(kind, seed));

  it('the same seed gives the same system, another seed another one', () => {
    expect(systems).toEqual(seeds.map((seed) => systemOf(kind, seed)));
    const drawn = systems.map(({ faulty }) => JSON.stringify(faulty));
    const isDrawn = !undrawn.includes(kind);
    expect(new Set(drawn).size).toBeGreaterThan(isDrawn ? 1 : 0);
  });

  it('a fault can be taken away; a healthy system has none', () => {
    for (const { truth, faulty, remedied } of systems) {
      const isFault = (truth.causes.length > 0 && truth.causes[0] !== 'generator') || truth.isOutside;
      expect(remedied === null).toBe(!isFault);
      expect(remedied).not.toEqual(faulty);
    }
  });

  it('its plan is a plan', () => {
    for (const system of systems) {
      const parsed = parsePlanText(planOf(system, 'http://127.0.0.1:1'), {
        file: 'plan.yaml',
        format: 'yaml',
      });
      expect(parsed).toMatchObject({ outcome: { state: 'valid' } });
    }
  });
});

it('what is true besides is told apart from what is planted; on healthy systems nothing is', () => {
  for (const kind of kinds.filter((one) => !one.startsWith('lab-'))) {
    const { truth, stack } = systemOf(kind, 1);
    expect(truth.also.filter((cause) => truth.causes.includes(cause))).toEqual([]);
    if (truth.causes.length === 0) expect(truth.also).toEqual([]);
    if (kind === 'rate-limit')
      expect([stack, truth.also]).toEqual(['asyncio', ['no-cache', 'single-threaded']]);
  }
});

it('halves are dealt out by seed, and names are given once', () => {
  expect(seeds.map((seed) => systemOf('pool', seed).half)).toEqual([
    ...['dev', 'held-out', 'dev', 'held-out', 'dev', 'held-out'],
  ]);
  for (const seed of seeds) {
    const requests = systemOf('healthy-fast', seed).endpoints.map(({ request }) => request.split('/')[1]);
    expect(new Set(requests).size).toBe(requests.length);
  }
});
