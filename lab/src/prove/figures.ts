import { listAt, numberAt, textAt, valueAt } from './json-reading.ts';

/** A stage of a ladder, from Loadline's analysis. */
export interface StageFigures {
  readonly users: number;
  /** Successful requests per second. */
  readonly rate: number;
  readonly averageMs: number;
  readonly p95Ms: number;
  readonly requests: number;
  readonly failed: number;
  /** Share of the SLA checks that held; `null` when nothing could be judged. */
  readonly slaShare: number | null;
  /** The pause that the users really made, on average. */
  readonly thinkMs: number;
  readonly validity: string;
}

/** The stages of a closed run, the lightest first; one without answers is left out. */
export function stagesOf(analysis: unknown): readonly StageFigures[] {
  const judged = listAt(analysis, 'sla', 'passRate');
  return listAt(analysis, 'stages').flatMap((stage, at) => {
    const users = numberAt(stage, 'users');
    const rate = numberAt(stage, 'rate', 'value');
    const averageMs = numberAt(stage, 'responseTime', 'avg');
    const p95Ms = numberAt(stage, 'responseTime', 'p95');
    if (users === null || rate === null || averageMs === null || p95Ms === null) return [];
    return [
      {
        users,
        rate: rate * (1 - (numberAt(stage, 'errors') ?? 0)),
        averageMs,
        p95Ms,
        requests: numberAt(stage, 'count') ?? 0,
        failed: numberAt(stage, 'failed') ?? 0,
        slaShare: numberAt(judged, at, 'share'),
        thinkMs: numberAt(stage, 'thinkTime') ?? 0,
        validity: textAt(stage, 'validity'),
      },
    ];
  });
}

/** What clients met at arrivals above the capacity. */
export interface OverloadFigures {
  readonly askedRate: number;
  readonly acceptedRate: number;
  readonly acceptedAverageMs: number | null;
  readonly acceptedP95Ms: number | null;
  /** Answers by what failed: `status 429`, `timeout`. */
  readonly failures: Readonly<Record<string, number>>;
  readonly requests: number;
}

export function overloadOf(analysis: unknown): OverloadFigures {
  const stage = listAt(analysis, 'stages').at(-1);
  const failures: Record<string, number> = {};
  for (const endpoint of listAt(analysis, 'endpoints'))
    for (const each of listAt(endpoint, 'stages', -1, 'failures')) {
      const status = numberAt(each, 'status');
      const name = status === null ? textAt(each, 'kind') : `status ${status}`;
      failures[name] = (failures[name] ?? 0) + (numberAt(each, 'count') ?? 0);
    }
  return {
    askedRate: numberAt(stage, 'askedRate') ?? 0,
    acceptedRate: (numberAt(stage, 'rate', 'value') ?? 0) * (1 - (numberAt(stage, 'errors') ?? 0)),
    acceptedAverageMs: numberAt(stage, 'responseTime', 'avg'),
    acceptedP95Ms: numberAt(stage, 'responseTime', 'p95'),
    failures,
    requests: numberAt(stage, 'count') ?? 0,
  };
}

export interface Interval {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** A relative change (0.5: half as much more) of all endpoints together at a load. */
export interface Change {
  readonly change: Interval;
  readonly verdict: string;
}

export interface MeasuredEffect {
  readonly throughput: Change | null;
  readonly average: Change | null;
}

/** From `loadline compare`'s JSON. */
export function effectAt(comparison: unknown, users: number): MeasuredEffect {
  const of = (metric: string): Change | null => {
    const line = listAt(comparison, 'lines').find(
      (each) =>
        numberAt(each, 'users') === users &&
        textAt(each, 'metric') === metric &&
        valueAt(each, 'endpoint') === null,
    );
    const value = numberAt(line, 'change', 'value');
    if (value === null) return null;
    const change = { value, low: numberAt(line, 'change', 'low'), high: numberAt(line, 'change', 'high') };
    return { change, verdict: textAt(line, 'verdict') };
  };
  return { throughput: of('throughput'), average: of('avg') };
}

/** Throughput after over before, as `loadline what-if` bounds it; `null`: it has no basis. */
export interface Predicted {
  readonly low: number;
  readonly high: number | null;
  /** By mean value analysis, requests per second; `null`: no model reproduces what was measured. */
  readonly expectedRate: number | null;
  readonly model: string;
}

export function predictedAt(prediction: unknown, users: number): Predicted | null {
  const point = listAt(prediction, 'curve').find((each) => numberAt(each, 'users') === users);
  const low = numberAt(point, 'gain', 'low');
  if (low === null) return null;
  const models = listAt(prediction, 'steps').map((step) => textAt(step, 'model'));
  return {
    low,
    high: numberAt(point, 'gain', 'high'),
    expectedRate: numberAt(point, 'rate', 'expected'),
    model: models.join('; '),
  };
}
