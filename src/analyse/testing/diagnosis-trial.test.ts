import { describe, expect, test } from 'vitest';
import type { Cause } from '../analysis.ts';
import { diagnosisTrial } from './diagnosis-trial.ts';
import { healthy } from './systems/healthy.ts';
import { randomSystem, type SystemKind } from './systems/random-system.ts';
import { collapse } from './systems/times.ts';

/** A few of those that bench/diagnosis-accuracy.ts counts; whole diagnoses, by the planner's own choice of probes. */
describe('simulated systems, from the ladder to the cause', () => {
  const rows: readonly [SystemKind, number, string | null][] = [
    ['connection-pool', 1, 'connection-pool'],
    ['synchronous-wait', 1, 'single-threaded'],
    ['load-shedding', 1, 'load-shedding'],
    ['query-per-row', 1, 'n-plus-one'],
    ['healthy', 1, null],
    ['slow-but-healthy', 1, null],
    ['hot-row', 4, 'lock-contention'],
    ['collapse', 3, 'contention-collapse'],
    ['dependency-time-outs', 1, 'slow-dependency'],
    ['slow-dependency', 5, 'slow-dependency'],
    ['drift-with-requests', 4, 'drift'],
  ];
  test.each(rows)(
    '%s, seed %i → %s',
    (kind, seed, cause) => {
      const { diagnosis } = diagnosisTrial(randomSystem(kind, seed), seed);
      expect(diagnosis.findings[0]?.cause ?? null).toBe(cause);
      expect(diagnosis.verdict).toBe(cause === null ? 'none' : 'found');
    },
    60_000,
  );

  test('a collapse in a minute: a rung that brought less is followed by one more', () => {
    const system = collapse({ contended: [{ ms: 4 }], sigma: 0.2, kappa: 0.5 });
    const { diagnosis } = diagnosisTrial(system, 1, { budgetMs: 60_000 });
    expect(diagnosis.findings.map(({ cause }) => cause)).toEqual(['contention-collapse']);
  });

  test.each([
    ['every answer waits for an acknowledgement', 42, 'unknown', /TCP_NODELAY/],
    ['something else makes all of them slow', 30, 'none', /^No sign of a fault/],
  ])('a path that is not there takes long: %s', (_what, ms, verdict, statement) => {
    const system = healthy({ others: [{ ms: ms + 3, distribution: 'constant' }, { ms: ms + 9 }] });
    const slow = { ...system, control: [...system.control, { kind: 'delay' as const, ms }] };
    const { diagnosis } = diagnosisTrial(slow, 1, { budgetMs: 60_000 });
    expect(diagnosis.verdict).toBe(verdict);
    expect(diagnosis.statement).toMatch(statement);
  });

  /** Each was accused of something else once. */
  const innocent: readonly [SystemKind, number, Cause][] = [
    ['narrow-line', 2, 'connection-pool'],
    ['pool-and-stalls', 4, 'cpu-saturation'],
    ['collections', 8, 'slow-dependency'],
    ['errors-always', 7, 'errors-under-load'],
  ];
  test.each(innocent)(
    '%s, seed %i: not %s',
    (kind, seed, cause) => {
      const { diagnosis } = diagnosisTrial(randomSystem(kind, seed), seed);
      expect(diagnosis.findings.map((finding) => finding.cause)).not.toContain(cause);
    },
    60_000,
  );
});
