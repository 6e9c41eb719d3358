import type { Run } from '../../record/run.ts';
import { analyseCapacity } from '../capacity/capacity.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { splitRun } from '../split-run.ts';
import type { AnalysedRun } from './basis.ts';

/** A stored run, measured and diagnosed, as a prediction needs it. */
export function analysedRun(stored: Run): AnalysedRun {
  const { run, measurements } = splitRun(stored);
  const capacity = analyseCapacity(measurements, run.plan, run.seed);
  return { run, measurements, capacity, diagnosis: diagnose(measurements, run, capacity) };
}
