import type { Run } from '../../record/run.ts';
import { analyseCapacity } from '../capacity/capacity.ts';
import { searchStages } from '../capacity/search-stages.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { readProbes } from '../probes/read-probes.ts';
import { splitRun } from '../split-run.ts';
import type { AnalysedRun } from './basis.ts';

/** A stored run, measured and diagnosed, as a prediction needs it. */
export function analysedRun(stored: Run): AnalysedRun {
  const split = splitRun(stored);
  const { run, measurements, whole, all, trials } = split;
  const readings = readProbes(whole, all);
  const capacity = analyseCapacity(measurements, run.plan, run.seed, searchStages(split));
  const diagnosis = diagnose(measurements, run, capacity, { whole, all, trials, readings });
  return { run, measurements, capacity, diagnosis, readings };
}
