import type { Endpoint, Load, Plan, Readiness, Sla } from '../../plan/plan.ts';
import { Histogram } from '../../record/histogram.ts';
import type { Times, Validity } from '../analysis.ts';
import type { Block, Measurement, StageMeasurement } from '../measure/measurement.ts';

/** Measurements written by hand, for tests. */
export type GivenStage = {
  readonly users?: number;
  readonly askedRate?: number;
  readonly rate: number;
  readonly failed?: number;
  readonly failures?: Measurement['failures'];
  readonly seconds?: number;
  /** Rates of its time blocks, all of the same length; none: as from another tool's summary. */
  readonly blockRates?: readonly number[];
  readonly avg?: number | null;
  readonly thinkTimeMs?: number | null;
  readonly state?: Validity;
  /** By endpoint index; the same as the total unless given. */
  readonly endpoints?: readonly {
    readonly times: Times;
    readonly count?: number;
    readonly failed?: number;
    /** Those of the stage unless given. */
    readonly failures?: Measurement['failures'];
  }[];
};

export function stagesOf(given: readonly GivenStage[]): readonly StageMeasurement[] {
  return given.map((stage, i) => {
    const seconds = stage.seconds ?? 60;
    const count = Math.round(stage.rate * seconds);
    const failed = stage.failed ?? 0;
    const blocks = (stage.blockRates ?? []).map(
      (rate): Block => ({
        seconds: seconds / (stage.blockRates?.length ?? 1),
        count: (rate * seconds) / (stage.blockRates?.length ?? 1),
        failed: 0,
        generatorFailed: 0,
        histogram: new Histogram().snapshot(),
      }),
    );
    const measurement = (
      times: Times | null,
      n: number,
      bad: number,
      failures = stage.failures ?? [],
    ): Measurement => ({
      count: n,
      failed: bad,
      rate: (stage.rate * n) / Math.max(1, count),
      errors: n === 0 ? 0 : bad / n,
      failures,
      responseTime: times,
      serviceTime: null,
      firstByte: null,
      connectTime: null,
      newConnections: null,
      serverCloses: null,
      bytes: null,
      histogram: null,
      blocks,
      intervals: { rate: null, avg: null, p50: null, p95: null, p99: null },
    });
    const times = stage.avg == null ? null : { avg: stage.avg };
    return {
      stage: i + 1,
      users: stage.users ?? null,
      askedRate: stage.askedRate ?? null,
      seconds,
      total: measurement(times, count, failed),
      endpoints: (stage.endpoints ?? [{ times: times ?? {}, count, failed }]).map((e) =>
        measurement(e.times, e.count ?? count, e.failed ?? failed, 'failures' in e ? e.failures : undefined),
      ),
      validity: { stage: i + 1, state: stage.state ?? 'valid', because: [], checks: [] },
      inFlight: null,
      thinkTimeMs: stage.thinkTimeMs ?? null,
      generatorCpuCores: null,
      machineCpu: null,
      fine: [],
    };
  });
}

export function planOf(
  given: {
    readonly slas?: readonly (Sla | null)[];
    readonly load?: Load['kind'];
    readonly readiness?: Partial<Readiness>;
  } = {},
): Plan {
  const endpoint = (sla: Sla | null, i: number): Endpoint => ({
    name: `GET /e${i}`,
    method: 'GET',
    path: `/e${i}`,
    query: {},
    headers: {},
    body: null,
    weight: 1,
    data: {},
    sla,
    expect: { status: [], bodyContains: null },
    group: `e${i}`,
    timeoutMs: 30_000,
  });
  return {
    kind: 'plan',
    name: 'test',
    target: 'http://127.0.0.1',
    endpoints: (given.slas ?? [null]).map(endpoint),
    load:
      given.load === 'open'
        ? { kind: 'open', stages: [], arrivals: 'poisson' }
        : { kind: 'closed', stages: [], thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 } },
    readiness: {
      users: null,
      slaCompliance: null,
      errors: null,
      avgAt: null,
      linearThroughput: false,
      declared: {},
      ...given.readiness,
    },
    tls: { verify: true, ca: null },
    headers: {},
    auth: null,
    timeoutMs: 30_000,
  };
}
