import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WaitingLine } from './waiting-line.ts';

it('is an array that is pushed and shifted', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.nat(700).map((count) => ({ do: 'push' as const, count })) },
    { weight: 5, arbitrary: fc.nat(700).map((count) => ({ do: 'shift' as const, count })) },
    { weight: 1, arbitrary: fc.constant({ do: 'clear' as const, count: 1 }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const line = new WaitingLine<number>();
      let slow: number[] = [];
      let next = 0;
      for (const { do: what, count } of steps) {
        for (let i = 0; i < count; i += 1) {
          if (what === 'push') {
            line.push(next);
            slow.push(next);
            next += 1;
          } else if (what === 'shift') {
            line.shift();
            slow.shift();
          } else {
            line.clear();
            slow = [];
          }
        }
        expect([line.length, line.first()]).toEqual([slow.length, slow[0] ?? null]);
      }
    }),
    { numRuns: 50 },
  );
});
