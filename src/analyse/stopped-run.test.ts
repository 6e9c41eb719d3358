import { expect, test } from 'vitest';
import { exitCodeOf } from '../cli/exit-codes.ts';
import { abortEventKind } from '../record/abort-event.ts';
import { renderReport } from '../report/report.ts';
import { analyse } from './analyse.ts';
import { simulateRun } from './testing/simulated-run.ts';

const because = 'stage 1: 34 of 100 requests (34 %) failed in the last 10 s';
const interrupted = simulateRun({
  stages: [{ users: 4, seconds: 30 }],
  endpoints: [{ name: 'GET /a', visits: [], delayMs: 10 }],
  interruptAfterSeconds: 12,
});
const stopped = {
  ...interrupted,
  events: [{ atMs: 12_000, kind: abortEventKind, text: because }, ...interrupted.events],
};

test('a run that stopped itself says so, first of all, and why', () => {
  const analysis = analyse(stopped);
  expect(analysis.run).toMatchObject({ state: 'interrupted', stoppedBecause: because });
  expect(analysis.summary.keyFindings[0]).toContain(because);
  expect(analysis.validity.stages[0]?.checks.find((c) => c.check === 'complete')?.statement).toMatch(
    /^Stage 1 was stopped by Loadline itself after .* Why: stage 1: 34 of 100/,
  );
  expect(analysis.methodology.statements.join(' ')).toContain(`was stopped by Loadline itself (${because})`);
  expect(renderReport(analysis, 'html')).toContain('Run stopped itself');
  expect(renderReport(analysis, 'md')).toContain('the run stopped itself');
});

test('it missed its threshold; a run that a person interrupted did not', () => {
  expect(exitCodeOf(analyse(stopped))).toBe(1);
  expect(analyse(interrupted).run).not.toHaveProperty('stoppedBecause');
  expect(exitCodeOf(analyse(interrupted))).toBe(0);
});
