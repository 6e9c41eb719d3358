import type { Analysis, StageTotal } from '../../analyse/analysis.ts';
import { range, userFigure } from '../format.ts';

/** A stage's load and what came of it. */
export type Point = {
  readonly x: number;
  readonly users: boolean;
  readonly rate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly valid: boolean;
};

export function pointsOf(analysis: Analysis): readonly Point[] {
  const closed = analysis.stages.every((stage) => stage.users !== null);
  return analysis.stages
    .flatMap((stage: StageTotal): Point[] => {
      const x = closed ? stage.users : stage.askedRate;
      if (x === null || x <= 0) return [];
      // The models are fitted to what was answered well; the totals count failed requests too.
      const ok = 1 - stage.errors;
      return [
        {
          x,
          users: closed,
          rate: stage.rate === null ? null : stage.rate.value * ok,
          low: stage.rate?.low == null ? null : stage.rate.low * ok,
          high: stage.rate?.high == null ? null : stage.rate.high * ok,
          p50: stage.responseTime?.p50 ?? null,
          p95: stage.responseTime?.p95 ?? null,
          valid: stage.validity === 'valid',
        },
      ];
    })
    .sort((a, b) => a.x - b.x);
}

/** Interval of the knee in users. */
export type Band = { readonly low: number; readonly high: number | null; readonly text: string };

export function bandOf(analysis: Analysis): Band | null {
  const { knee } = analysis.capacity;
  if (knee.state !== 'estimated' || !analysis.stages.every((stage) => stage.users !== null)) return null;
  const found = knee.unit === 'users' ? { value: knee.estimate, low: knee.low, high: knee.high } : knee.users;
  if (found === null || found.low === null) return null;
  return { low: found.low, high: found.high, text: `${range(found.low, found.high, userFigure)} users` };
}
