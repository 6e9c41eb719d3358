import type { Outcome } from '../../record/run.ts';
import type { Measurement } from './measurement.ts';

/** Kinds of failure that are the generator's: it could not send the request, or gave it up itself. */
const generatorKinds: readonly Outcome[] = ['unreachable', 'aborted'];

/** What the target made of the requests that reached it; the generator's own failures are no requests of these. */
export type TargetErrors = {
  readonly count: number;
  readonly failed: number;
  /** 0..1; 0 where nothing reached the target. */
  readonly share: number;
};

export function isGenerators(kind: string): boolean {
  return generatorKinds.some((own) => own === kind);
}

export function targetErrors({
  count,
  failed,
  failures,
}: Pick<Measurement, 'count' | 'failed' | 'failures'>): TargetErrors {
  let generators = 0;
  for (const failure of failures) if (isGenerators(failure.kind)) generators += failure.count;
  const reached = Math.max(0, count - generators);
  const own = Math.max(0, failed - generators);
  return { count: reached, failed: own, share: reached > 0 ? own / reached : 0 };
}

/** Of several stages or endpoints together. */
export function sumOfTargetErrors(measurements: readonly Measurement[]): TargetErrors {
  const all = measurements.map(targetErrors);
  const count = all.reduce((sum, own) => sum + own.count, 0);
  const failed = all.reduce((sum, own) => sum + own.failed, 0);
  return { count, failed, share: count > 0 ? failed / count : 0 };
}
