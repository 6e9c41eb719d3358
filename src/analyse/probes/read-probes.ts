import type { Run } from '../../record/run.ts';
import type { Interval } from '../analysis.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { readCoupling } from './coupling.ts';
import { readKeys } from './keys.ts';
import type { ProbeReadings, SingleUserReading } from './probe-readings.ts';
import { readReuse } from './reuse.ts';
import { readRows } from './rows.ts';
import { readSingleUser } from './single-user.ts';
import { readSizes } from './sizes.ts';
import { readSolo } from './solo.ts';
import { readSteps, readWorkers } from './steps.ts';
import { probingOf } from './trial-stage.ts';

/**
 * What the probes of a run saw. `measurements` are those of all its stages, in the run's order, with all its endpoints.
 * Pure: the same run gives the same readings.
 */
export function readProbes(run: Run, measurements: readonly StageMeasurement[]): ProbeReadings {
  const probing = probingOf(run, measurements);
  const single = readSingleUser(probing);
  const coupling = readCoupling(probing, single);
  return {
    single,
    solo: readSolo(probing, { single, coupling, controlMs: controlTime(run, single) }),
    coupling,
    reuse: readReuse(probing),
    keys: readKeys(probing, single),
    sizes: readSizes(probing),
    rows: readRows(probing),
    steps: readSteps(probing),
    workers: readWorkers(probing),
  };
}

/** Of the fastest control: what every request costs. */
function controlTime({ plan: { endpoints } }: Run, single: readonly SingleUserReading[]): Interval | null {
  const times = single.flatMap(({ endpoint, mean }) =>
    endpoints[endpoint]?.probe?.kind === 'control' && mean !== null ? [mean] : [],
  );
  return times.toSorted((a, b) => a.value - b.value)[0] ?? null;
}
