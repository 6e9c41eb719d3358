import { expect, test } from 'vitest';
import { randomSystem, systemKinds } from './random-system.ts';

test.each(systemKinds.map((kind) => ({ kind })))('$kind', ({ kind }) => {
  const systems = Array.from({ length: 20 }, (_, seed) => randomSystem(kind, seed));
  expect(systems[3]).toEqual(randomSystem(kind, 3));
  expect(new Set(systems.map((system) => JSON.stringify(system))).size).toBe(20);
  for (const { endpoints, truth } of systems) {
    expect(endpoints.length).toBeGreaterThanOrEqual(1);
    expect(endpoints.length).toBeLessThanOrEqual(10);
    expect(new Set(endpoints.map(({ name }) => name)).size).toBe(endpoints.length);
    expect(truth.endpoints.every((index) => index in endpoints)).toBe(true);
    expect(truth.causes.length === 0 && truth.outside === undefined).toBe(
      truth.endpoints.length === 0 && kind !== 'generator',
    );
  }
});

test('the endpoints of the fault stand in any place', () => {
  const firsts = Array.from(
    { length: 40 },
    (_, seed) => randomSystem('slow-dependency', seed).truth.endpoints[0],
  );
  expect(new Set(firsts).size).toBeGreaterThan(4);
});
