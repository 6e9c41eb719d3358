import type { Analysis, EndpointAnalysis, EndpointStage, Times } from '../../analyse/analysis.ts';

/** The hand-written reference document's figures: average response time at 10, 50 and 100 users, ms. */
const measured = [
  ['GET', '/posts', 'posts', 50, 227, 900, 500],
  ['GET', '/posts/{id}', 'posts', 54, 194, 674, 300],
  ['GET', '/posts?userId={userId}', 'posts', 202, 402, 1551, null],
  ['GET', '/comments', 'comments', 82, 144, 1019, 400],
  ['GET', '/users', 'users', 179, 168, 1100, 500],
  ['GET', '/users/{id}', 'users', 70, 260, 1335, 300],
  ['GET', '/albums', 'albums', 29, 277, 465, 500],
  ['GET', '/todos', 'todos', 61, 231, 702, null],
  ['POST', '/posts', 'posts', 140, 409, 2309, 1000],
  ['PUT', '/posts/{id}', 'posts', 106, 749, 1892, 800],
] as const;

export const loads = [10, 50, 100] as const;
const counts = [267, 998, 905] as const;
const seconds = 59;

export type Sample = {
  readonly name: string;
  readonly method: string;
  readonly group: string;
  readonly limit: number | null;
  readonly stages: readonly EndpointStage[];
};

export const samples: readonly Sample[] = measured.map(([method, path, group, ...figures], endpoint) => {
  const limit = figures[3];
  return {
    name: `${method} ${path}`,
    method,
    group,
    limit,
    stages: loads.map((users, at) => {
      const avg = figures[at] ?? 0;
      const count = Math.round((counts[at] ?? 0) / measured.length) + ((endpoint * 7 + at * 3) % 9) - 4;
      const responseTime = timesOf(avg, at, endpoint);
      return {
        stage: at + 1,
        users,
        count,
        rate: count / seconds,
        errors: 0,
        failed: 0,
        failures: [],
        responseTime,
        serviceTime: responseTime,
        firstByte: { min: 14 + at, avg: avg * 0.94, p50: avg * 0.6 },
        responseTimeInterval: {
          avg: { value: avg, low: avg * 0.86, high: avg * 1.17 },
          p50: null,
          p95: {
            value: responseTime.p95 ?? 0,
            low: (responseTime.p95 ?? 0) * 0.81,
            high: (responseTime.p95 ?? 0) * 1.24,
          },
          p99: null,
        },
        bytes: 400 + endpoint * 2200,
        newConnections: at === 0 ? 0.04 : 0.02,
        connectTime: { avg: 0.4, max: 2.1 },
      };
    }),
  };
});

export function timesOf(avg: number, at: number, salt: number): Times {
  return {
    min: Math.min(avg, 15 + ((salt * 5 + at) % 8)),
    avg,
    p50: avg * 0.62,
    p90: avg * 2.1,
    p95: avg * 2.7,
    p99: avg * 4.1,
    p999: avg * 5.6,
    max: avg * (at === 0 ? 4.2 : 5.9) + salt * 31,
  };
}

export const sampleEndpoints: readonly EndpointAnalysis[] = (() => {
  const changes = samples.map((sample) => {
    const from = sample.stages[0]?.responseTime?.avg ?? 1;
    const to = sample.stages[2]?.responseTime?.avg ?? 1;
    return { from, to, value: to / from - 1 };
  });
  const order = changes.map((each) => each.value).sort((a, b) => b - a);
  return samples.map((sample, at): EndpointAnalysis => {
    const { from, to, value } = changes[at] ?? { from: 1, to: 1, value: 0 };
    const missed = sample.limit !== null && to > sample.limit;
    return {
      name: sample.name,
      method: sample.method,
      group: sample.group,
      weight: sample.method === 'GET' ? 3 : 1,
      stages: [...sample.stages],
      degradation: {
        statistic: 'avg',
        fromStage: 1,
        toStage: 3,
        fromUsers: 10,
        toUsers: 100,
        from,
        to,
        change: { value, low: value * 0.72, high: value * 1.38 },
      },
      rank: order.indexOf(value) + 1,
      status: missed ? 'critical' : 'warning',
      statusBecause: missed
        ? `its SLA (avg ≤ ${sample.limit} ms) is missed at 100 users`
        : 'its response time grew more than fivefold from 10 to 100 users',
    };
  });
})();

/** A log-normal share of `count` requests in coarse buckets: exact, without chance. */
export function bucketsOf(
  endpoint: number,
  times: Times,
  count: number,
): Analysis['distribution']['stages'][number]['buckets'] {
  const middle = Math.log(times.p50 ?? 1);
  const spread = 0.85;
  const step = Math.log(10) / 8;
  const first = Math.floor(Math.log(times.min ?? 1) / step);
  const weights = Array.from({ length: 26 }, (_, at) => {
    const x = (first + at + 0.5) * step;
    return x > Math.log(times.max ?? 1) ? 0 : Math.exp(-((x - middle) ** 2) / (2 * spread ** 2));
  });
  const total = weights.reduce((sum, each) => sum + each, 0);
  return weights.flatMap((weight, at) => {
    const share = Math.round((weight / total) * count);
    return share === 0
      ? []
      : [
          {
            endpoint,
            from: Math.exp((first + at) * step),
            to: Math.exp((first + at + 1) * step),
            count: share,
          },
        ];
  });
}

/** A little unevenness that is the same each time. */
export function ripple(at: number): number {
  return Math.sin(at * 1.7) * 0.5 + Math.sin(at * 0.61 + 2) * 0.5;
}
