import type { Run } from '../../record/run.ts';
import type { Analysis, Diagnosis, Interval } from '../analysis.ts';
import { fastestMs } from '../capacity/load-point.ts';
import type { Measurement, StageMeasurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';
import { noReadings, type ProbeReadings } from '../probes/probe-readings.ts';
import { loadName, milliseconds, share } from '../words.ts';
import { leastSingleMs } from './bounds.ts';

/** A run and what its analysis found: what a prediction may rest on. */
export type AnalysedRun = {
  readonly run: Run;
  /** Of the stages that the report is about. */
  readonly measurements: readonly StageMeasurement[];
  readonly capacity: Analysis['capacity'];
  readonly diagnosis: Diagnosis;
  /** Absent: the run has no probes. */
  readonly readings?: ProbeReadings;
};

/** The measured system as a closed one. Times ms, rates per second. */
export type Basis = {
  /** Valid loads, the lowest first; one for each number of users. */
  readonly points: readonly BasisPoint[];
  readonly thinkMs: number;
  /** R₁: response time of the whole mix for a single user. */
  readonly single: Ends & { readonly from: string };
  /** Xmax; `high` infinite: throughput still grew. */
  readonly capacity: Ends & { readonly reached: boolean; readonly declines: boolean };
  readonly pool: Pool | null;
  readonly endpoints: readonly BasisEndpoint[];
  readonly connect: { readonly ms: number; readonly share: number; readonly at: string } | null;
  /** Saved by a kept connection, per request, as a probe measured it. */
  readonly reuse: Ends | null;
  /** Something trivial, answered to a single user. */
  readonly controlMs: number | null;
};

export type Ends = { readonly low: number; readonly value: number; readonly high: number };

export type BasisPoint = {
  readonly users: number;
  /** Requests that ended. */
  readonly rate: Ends;
  readonly responseMs: number;
  readonly thinkMs: number;
};

export type BasisEndpoint = {
  readonly name: string;
  readonly isRead: boolean;
  /** Of the requests. */
  readonly share: number;
  /** Of the time that the mix takes at the lowest load. */
  readonly timeShare: number;
  /** What one request of it holds the shared bottleneck, relative to the others; null: not measured alone. */
  readonly relativeDemand: number | null;
};

/** How many places the bottleneck has. */
export type Pool = {
  readonly size: Ends;
  /** A finding says that this pool is the limit; else it was only told. */
  readonly isCause: boolean;
};

export type Insufficient = {
  readonly state: 'insufficient-evidence';
  readonly statement: string;
  readonly needed: string;
};

/** Above it, what ended is not what was carried. */
const mostErrors = 0.05;

export function basisOf(analysed: AnalysedRun, poolNow: number | null): Basis | Insufficient {
  const { run, measurements, readings = noReadings } = analysed;
  const closed = measurements.filter((m) => m.users !== null && m.users >= 1);
  if (closed.length === 0)
    return insufficient(
      'The run holds no stage of users: how many of them wait where is not known.',
      'a run with load.users, or loadline diagnose PLAN',
    );
  const sound = closed.filter((m) => m.validity.state === 'valid' && m.total.count > 0);
  if (sound.length === 0)
    return insufficient('No stage with users is valid.', 'a run whose stages pass the checks');
  const thinking = sound.filter((m) => m.thinkTimeMs !== null);
  if (thinking.length === 0)
    return insufficient(
      'The think time of the users is not known, so neither is how long they are busy.',
      'a run recorded by Loadline: loadline run PLAN',
    );
  const carried = thinking.filter((m) => targetErrors(m.total).share <= mostErrors);
  if (carried.length === 0)
    return insufficient(
      `At every load more than ${share(mostErrors)} of the requests failed: what ended is not what was carried.`,
      'a run at a load that the target answers',
    );
  const points = pointsOf(carried);
  const [first] = points;
  const lowest = carried.toSorted((a, b) => (a.users ?? 0) - (b.users ?? 0))[0];
  if (first === undefined || lowest === undefined)
    return insufficient(
      'Throughput or response times are not known of any load.',
      'a run recorded by Loadline: loadline run PLAN',
    );
  const capacity = capacityOf(analysed.capacity, points);
  const controls = readings.single.filter((s) => run.plan.endpoints[s.endpoint] === undefined);
  const control = controls.flatMap(({ mean }) => mean?.value ?? []);
  return {
    points,
    thinkMs: thinkOf(points),
    single: singleOf(lowest, first, capacity, readings, run),
    capacity,
    pool: poolOf(analysed.diagnosis, poolNow),
    endpoints: endpointsOf(run, lowest, readings),
    connect: connectOf(lowest),
    reuse: reuseOf(readings, run),
    controlMs: control.length === 0 ? null : Math.min(...control),
  };
}

function insufficient(statement: string, needed: string): Insufficient {
  return { state: 'insufficient-evidence', statement, needed };
}

function pointsOf(stages: readonly StageMeasurement[]): readonly BasisPoint[] {
  const byUsers = new Map<number, BasisPoint[]>();
  for (const stage of stages) {
    const { users, total, thinkTimeMs } = stage;
    const responseMs = total.responseTime?.avg;
    if (users === null || thinkTimeMs === null || total.rate === null || total.rate <= 0) continue;
    if (responseMs === undefined) continue;
    const noise = 2 / Math.sqrt(total.count);
    const rate: Ends = {
      low: total.intervals.rate?.low ?? total.rate * (1 - Math.min(0.5, noise)),
      value: total.rate,
      high: total.intervals.rate?.high ?? total.rate * (1 + noise),
    };
    byUsers.set(users, [...(byUsers.get(users) ?? []), { users, rate, responseMs, thinkMs: thinkTimeMs }]);
  }
  return [...byUsers.values()].map(together).sort((a, b) => a.users - b.users);
}

/** Of one request with another: the more were measured, the better the mean is known. */
function thinkOf(points: readonly BasisPoint[]): number {
  const requests = points.reduce((sum, p) => sum + p.rate.value, 0);
  return points.reduce((sum, p) => sum + p.thinkMs * p.rate.value, 0) / requests;
}

/** Stages of the same load: means, and the interval that holds all of theirs. */
function together(points: readonly BasisPoint[]): BasisPoint {
  const mean = (of: (p: BasisPoint) => number) => points.reduce((sum, p) => sum + of(p), 0) / points.length;
  return {
    users: mean((p) => p.users),
    rate: {
      low: Math.min(...points.map((p) => p.rate.low)),
      value: mean((p) => p.rate.value),
      high: Math.max(...points.map((p) => p.rate.high)),
    },
    responseMs: mean((p) => p.responseMs),
    thinkMs: mean((p) => p.thinkMs),
  };
}

/** Where throughput stopped growing, from the knee; else at least what was seen. */
function capacityOf(
  { knee, models }: Analysis['capacity'],
  points: readonly BasisPoint[],
): Basis['capacity'] {
  const best = points.reduce((a, b) => (b.rate.value > a.rate.value ? b : a));
  const last = points[points.length - 1] ?? best;
  const declines =
    last.rate.high < best.rate.low || models.some((m) => m.chosen && m.model === 'hinge-with-decline');
  const rate = knee.state === 'estimated' && knee.high !== null ? knee.rate : null;
  if (rate === null)
    return {
      low: best.rate.low,
      value: best.rate.value,
      high: Number.POSITIVE_INFINITY,
      reached: false,
      declines,
    };
  const value = Math.max(rate.value, best.rate.value);
  return {
    low: Math.min(value, best.rate.low),
    value,
    high: Math.max(value, rate.high ?? value * 1.1, best.rate.high),
    reached: true,
    declines,
  };
}

/**
 * R₁: what one user measured, in a stage of the mix or in a probe of each endpoint; else what the lowest load allows:
 * not below the endpoints' fastest answers, nor below what the balanced bound leaves, and not above the average there.
 */
function singleOf(
  lowest: StageMeasurement,
  first: BasisPoint,
  capacity: Basis['capacity'],
  readings: ProbeReadings,
  run: Run,
): Basis['single'] {
  const { responseMs } = first;
  const avg = lowest.total.intervals.avg;
  if (first.users === 1) {
    const error = 2 / Math.sqrt(lowest.total.count);
    return {
      low: Math.min(responseMs, avg?.low ?? responseMs * Math.max(0.5, 1 - error)),
      value: responseMs,
      high: Math.max(responseMs, avg?.high ?? responseMs * (1 + error)),
      from: `measured with one user: ${milliseconds(responseMs)}`,
    };
  }
  const probed = probedSingle(lowest, readings, run);
  if (probed !== null) return probed;
  const fastest = fastestMs(lowest.endpoints) ?? 0;
  const balanced = leastSingleMs({ ...first, responseMs }, capacity.low);
  const low = Math.min(responseMs, Math.max(fastest, balanced));
  const high = Math.max(responseMs, avg?.high ?? responseMs);
  return {
    low,
    value: (low + responseMs) / 2,
    high,
    from: `between ${milliseconds(low)} (the fastest answers, and what waiting can explain) and the average of ${milliseconds(responseMs)} at ${loadName(lowest)}`,
  };
}

function probedSingle(lowest: StageMeasurement, readings: ProbeReadings, run: Run): Basis['single'] | null {
  const sum = { low: 0, value: 0, high: 0 };
  let all = 0;
  for (const endpoint of run.plan.endpoints.keys()) {
    const requests = lowest.endpoints[endpoint]?.count ?? 0;
    if (requests === 0) continue;
    const mean = readings.single.find((reading) => reading.endpoint === endpoint)?.mean;
    if (mean == null) return null;
    all += requests;
    sum.low += requests * (mean.low ?? mean.value);
    sum.value += requests * mean.value;
    sum.high += requests * (mean.high ?? mean.value);
  }
  if (all === 0) return null;
  const value = sum.value / all;
  return {
    low: sum.low / all,
    value,
    high: sum.high / all,
    from: `measured with one user for each endpoint: ${milliseconds(value)} for the mix`,
  };
}

/** The size that a finding names; where none does, the one that was told. */
function poolOf({ findings }: Diagnosis, poolNow: number | null): Pool | null {
  const finding = findings.find(({ cause }) => cause === 'connection-pool');
  const size = Object.entries(finding?.estimates ?? {}).find(([name]) => /size|served at once/i.test(name));
  const told = poolNow === null ? null : { low: poolNow, value: poolNow, high: poolNow };
  const found = size === undefined ? null : endsOf(size[1]);
  const known = told ?? found;
  return known === null || known.value < 1 ? null : { size: known, isCause: finding !== undefined };
}

export function endsOf({ low, value, high }: Interval): Ends {
  return { low: low ?? value, value, high: high ?? value };
}

function endpointsOf(run: Run, lowest: StageMeasurement, readings: ProbeReadings): readonly BasisEndpoint[] {
  const rows = run.plan.endpoints.map((endpoint, i) => {
    const measured: Measurement | null = lowest.endpoints[i] ?? null;
    const single = readings.single.find((reading) => reading.endpoint === i)?.mean?.value;
    const saturation = readings.solo.find((reading) => reading.endpoint === i)?.saturation?.value;
    return {
      name: endpoint.name,
      isRead: ['GET', 'HEAD'].includes(endpoint.method.toUpperCase()),
      count: measured?.count ?? 0,
      timeMs: single ?? measured?.responseTime?.avg ?? 0,
      relativeDemand: saturation === undefined || saturation <= 0 ? null : 1 / saturation,
    };
  });
  const count = Math.max(
    1,
    rows.reduce((sum, row) => sum + row.count, 0),
  );
  const time = rows.reduce((sum, row) => sum + row.count * row.timeMs, 0);
  return rows.map((row) => ({
    name: row.name,
    isRead: row.isRead,
    share: row.count / count,
    timeShare: time > 0 ? (row.count * row.timeMs) / time : row.count / count,
    relativeDemand: row.relativeDemand,
  }));
}

function connectOf(lowest: StageMeasurement): Basis['connect'] {
  const ms = lowest.total.connectTime?.avg;
  const fresh = lowest.total.newConnections;
  return ms === undefined || fresh === null ? null : { ms, share: fresh, at: loadName(lowest) };
}

function reuseOf(readings: ProbeReadings, run: Run): Ends | null {
  const savings = readings.reuse.flatMap(({ endpoint, fresh, reused }) =>
    fresh === null || reused === null || run.plan.endpoints[endpoint] === undefined
      ? []
      : [
          {
            low: (fresh.low ?? fresh.value) - (reused.high ?? reused.value),
            value: fresh.value - reused.value,
            high: (fresh.high ?? fresh.value) - (reused.low ?? reused.value),
          },
        ],
  );
  if (savings.length === 0) return null;
  const mean = (of: (ends: Ends) => number) =>
    Math.max(0, savings.reduce((sum, ends) => sum + of(ends), 0) / savings.length);
  return { low: mean((e) => e.low), value: mean((e) => e.value), high: mean((e) => e.high) };
}
