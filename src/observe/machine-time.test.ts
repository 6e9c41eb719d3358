import { describe, expect, test } from 'vitest';
import { machineTime, parseProcStat } from './machine-time.ts';

describe('what the processors did', () => {
  test('waiting for a disk is idle; interrupts and steal are busy', () => {
    const text = 'cpu  100 10 50 800 300 5 15 20 40 0\ncpu0 50 5 25 400 150 2 8 10 20 0\nintr 12345\n';
    expect(parseProcStat(text)).toEqual({ busy: 200, idle: 1100 });
  });

  test('an old kernel tells less', () => {
    expect(parseProcStat('cpu 100 10 50 800\n')).toEqual({ busy: 160, idle: 800 });
  });

  test.each(['', 'cpu0 1 2 3 4\n', 'cpu  a b c d\n', 'cpu  1 2 3\n'])('%j is no such file', (text) => {
    expect(parseProcStat(text)).toBeNull();
  });

  test('a processor that computes is busy meanwhile', () => {
    const before = machineTime();
    let [now, x] = [before, 0];
    // Ticks are 10 ms: until some have passed.
    while (now.busy + now.idle - before.busy - before.idle < 10) {
      for (let i = 0; i < 100_000; i += 1) x += Math.sqrt(i);
      now = machineTime();
    }
    expect(x).toBeGreaterThan(0);
    expect(now.busy).toBeGreaterThan(before.busy);
  });
});
