import { issue, type Path, quoted } from './fault.ts';
import type { ThinkTime } from './plan.ts';
import type { Report } from './plan-text.ts';
import { parseDuration, parseDurationRange } from './quantity.ts';
import type { ThinkTimeInput } from './think-time-schema.ts';

const none: ThinkTime = { kind: 'uniform', minMs: 0, maxMs: 0 };

/** The think time that a plan means; none after a fault was reported. */
export function normaliseThinkTime(input: ThinkTimeInput, at: Path, report: Report): ThinkTime {
  if (typeof input !== 'object') return { ...none, ...parseDurationRange(input) };
  const { exponential, logNormal } = input;
  if ((exponential === undefined) === (logNormal === undefined)) {
    report(issue(at, 'exponential or logNormal', exponential === undefined ? 'neither' : 'both'));
  }
  if (exponential !== undefined) return { kind: 'exponential', meanMs: parseDuration(exponential) ?? 0 };
  if (logNormal === undefined) return none;
  const medianMs = parseDuration(logNormal.median) ?? 0;
  const p95Ms = parseDuration(logNormal.p95) ?? 0;
  if (p95Ms <= medianMs) {
    const place = [...at, 'logNormal', 'p95'];
    report(issue(place, `a duration above the median ${logNormal.median}`, quoted(logNormal.p95)));
  }
  return { kind: 'log-normal', medianMs, p95Ms };
}
