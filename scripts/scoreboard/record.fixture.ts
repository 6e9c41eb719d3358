import type { Cause } from '../../src/analyse/analysis.ts';
import type { Answer, SystemRecord } from './record.ts';

/** An answer that names these causes, the first one first. */
export function naming(...causes: readonly Cause[]): Answer {
  return {
    verdict: causes.length > 0 ? 'found' : 'unknown',
    found: causes.map((cause) => ({ cause, confidence: 'high', estimates: {} })),
    undecided: [],
  };
}

/** A system of the development half; with a fault, taking it away brings twice the throughput. */
export function recordOf(
  id: string,
  truth: Partial<SystemRecord['truth']>,
  tool: Answer,
  more: Partial<SystemRecord> = {},
): SystemRecord {
  const isFaulty = (truth.causes ?? []).length > 0 || truth.isOutside === true;
  return {
    kind: 'system',
    id,
    systemKind: id.replace(/-\d+$/, ''),
    seed: 1,
    half: 'dev',
    stack: 'node',
    truth: { causes: [], also: [], isOutside: false, size: null, ...truth },
    commit: 'c0ffee0000000000',
    rules: 'facade0000000000',
    budgetMs: 60_000,
    diagnosisMs: 58_000,
    requests: 5000,
    effect: isFaulty
      ? { users: 32, faulty: { okRate: 100, p95: 80 }, remedied: { okRate: 200, p95: 40 } }
      : null,
    answers: { tool, withoutProbes: naming(), checklist: naming('connection-pool') },
    trouble: null,
    predictions: [],
    ...more,
  };
}
