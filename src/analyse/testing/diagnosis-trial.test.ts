import { describe, expect, test } from 'vitest';
import { diagnosisTrial } from './diagnosis-trial.ts';
import { randomSystem, type SystemKind } from './systems/random-system.ts';

/** A few of those that bench/diagnosis-accuracy.ts counts; whole diagnoses, by the planner's own choice of probes. */
describe('simulated systems, from the ladder to the cause', () => {
  const rows: readonly [SystemKind, number, string | null][] = [
    ['connection-pool', 1, 'connection-pool'],
    ['synchronous-wait', 1, 'single-threaded'],
    ['load-shedding', 1, 'load-shedding'],
    ['query-per-row', 1, 'n-plus-one'],
    ['healthy', 1, null],
    ['slow-but-healthy', 1, null],
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
});
