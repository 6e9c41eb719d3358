import type { Analysis, Check, StageTotal } from '../../analyse/analysis.ts';
import { bucketsOf, loads, ripple, sampleEndpoints, samples, timesOf } from './sample-figures.ts';

const averages = [93, 301, 1122] as const;
const rates = [4.52, 16.89, 15.38] as const;

const stages: StageTotal[] = loads.map((users, at) => {
  const rate = rates[at] ?? 0;
  return {
    stage: at + 1,
    users,
    askedRate: null,
    seconds: 59,
    count: [267, 998, 905][at] ?? 0,
    failed: 0,
    rate: { value: rate, low: rate * 0.95, high: rate * 1.06 },
    errors: 0,
    errorsInterval: { value: 0, low: 0, high: [0.0142, 0.0038, 0.0042][at] ?? 0 },
    responseTime: timesOf(averages[at] ?? 0, at, 3),
    inFlight: [0.42, 5.1, 17.3][at] ?? 0,
    thinkTime: [2003, 1998, 5374][at] ?? 0,
    validity: 'valid',
  };
});

const checks = (at: number): Check[] => [
  {
    check: 'littles-law',
    title: 'Little’s law',
    outcome: 'pass',
    value: [0.8, 0.4, 1.1][at] ?? 0,
    threshold: 3,
    unit: '%',
    statement: 'Requests in flight, sampled by a timer, differ from rate × response time by less than 3 %.',
  },
  {
    check: 'generator-cpu',
    title: 'Generator CPU',
    outcome: 'pass',
    value: [2, 4, 5][at] ?? 0,
    threshold: 80,
    unit: '%',
    statement: 'The generator used less than 80 % of its cores.',
  },
  {
    check: 'null-server',
    title: 'Ceiling against a null server',
    outcome: 'not-checked',
    value: null,
    threshold: 2,
    unit: '×',
    statement: 'Not measured in this run.',
  },
];

const curve = Array.from({ length: 40 }, (_, at) => {
  const users = 2 + (at / 39) * 118;
  return {
    users,
    rate: Math.min(users / 2.15, 16.4),
    responseTime: Math.max(150, (users / 16.4 - 2) * 1000),
  };
});

/** A finished analysis with the reference document's figures, for tests and for looking at reports. */
export const sampleAnalysis: Analysis = {
  kind: 'analysis',
  version: 1,
  tool: { name: 'loadline', version: '0.1.0' },
  run: { id: '20260210T140300Z-posts-api', name: 'posts-api', state: 'complete', source: 'loadline 0.1.0' },
  summary: {
    when: '2026-02-10T14:03:00Z',
    target: 'http://127.0.0.1:3000',
    endpoints: 10,
    stages: loads.map((users, at) => ({ stage: at + 1, users, rate: rates[at] ?? null })),
    requests: { total: 2214, ok: 2214, failed: 0 },
    verdict:
      'Carries 50 users within its SLA and fails at 100: throughput stops growing between the two, and 7 of 8 promises are missed.',
    keyFindings: [
      'Throughput fell from 16.9/s at 50 users to 15.4/s at 100 users (−9 %).',
      'The average response time rose from 93 ms at 10 users to 1,122 ms at 100 users (+1,107 %).',
      'No request failed at any stage: the system slows down, it does not break.',
    ],
  },
  validity: {
    overall: 'valid',
    statement:
      'All three stages pass every check that was made; the ceiling of the generator was not measured.',
    stages: loads.map((_, at) => ({
      stage: at + 1,
      state: 'valid' as const,
      because: [],
      checks: checks(at),
    })),
  },
  stages,
  capacity: {
    knee: {
      state: 'estimated',
      estimate: 50,
      low: 50,
      high: 100,
      confidence: 'medium',
      method: 'between the last stage where throughput grew and the first where it did not',
      unit: 'users',
      rate: { value: 16.89, low: 15.4, high: 17.9 },
      users: null,
      statement: 'Throughput grows up to 50 users and no further at 100 users.',
    },
    sla: {
      state: 'estimated',
      estimate: 16.89,
      low: 16.0,
      high: null,
      confidence: 'low',
      method: 'highest stage whose checks all hold',
      unit: 'requests/s',
      rate: null,
      users: { value: 50, low: 50, high: 100 },
      statement: 'Every promise holds at 50 users, seven are missed at 100 users.',
    },
    errors: {
      state: 'insufficient-evidence',
      statement: 'No request failed up to 100 users.',
      needed: 'Stages above 100 users: loadline find posts.yaml --users 100,150,200',
    },
    models: [
      {
        model: 'hinge',
        formula: 'X = min(N/(R₁+Z), Xmax)',
        parameters: {
          Xmax: { value: 16.4, low: 15.2, high: 17.7 },
          'R₁+Z': { value: 2.15, low: 2.02, high: 2.29 },
        },
        aicc: 12.4,
        r2: 0.991,
        chosen: true,
        caveat: null,
        curve,
      },
      {
        model: 'usl',
        formula: 'X = λN/(1+σ(N−1)+κN(N−1))',
        parameters: {
          λ: { value: 0.49, low: null, high: null },
          κ: { value: 0.00021, low: null, high: null },
        },
        aicc: null,
        r2: 0.98,
        chosen: false,
        caveat: 'κ cannot be identified from three loads; nothing is extrapolated from it.',
        curve: curve.map(({ users }) => ({
          users,
          rate: (0.49 * users) / (1 + 0.004 * (users - 1) + 0.00021 * users * (users - 1)),
          responseTime: null,
        })),
      },
    ],
    recommendedLimit: {
      users: 50,
      rate: 13.5,
      statement:
        'Stay at or below 50 concurrent users (13.5 requests/s): the highest load at which every promise held.',
    },
    statements: [
      'From 50 to 100 users throughput fell from 16.9/s to 15.4/s (−9 %).',
      'From 10 to 100 users the average response time rose from 93 ms to 1,122 ms (+1,107 %).',
    ],
    failureBehaviour: 'No request failed at any stage: the system queues what it cannot serve at once.',
    cautions: [
      'Three stages cannot place the knee more closely than between 50 and 100 users.',
      'Three points fit a straight line and an exponential about equally well: no form of growth is claimed.',
    ],
  },
  endpoints: [...sampleEndpoints],
  distribution: {
    stages: loads.map((users, at) => {
      const times = samples.map((sample) => sample.stages[at]?.responseTime ?? {});
      const between = (pick: 'min' | 'avg' | 'max') => ({
        low: Math.min(...times.map((each) => each[pick] ?? 0)),
        high: Math.max(...times.map((each) => each[pick] ?? 0)),
      });
      return {
        stage: at + 1,
        users,
        min: between('min'),
        avg: between('avg'),
        max: between('max'),
        overall: timesOf(averages[at] ?? 0, at, 3),
        shape: at === 0 ? ['steady' as const] : ['queueing' as const, 'heavy-tail' as const],
        insights:
          at === 2
            ? [
                'The minima stay at 15–22 ms while the averages grow: some requests find no queue, most wait in one.',
              ]
            : [],
        buckets: samples.flatMap((sample, endpoint) =>
          bucketsOf(endpoint, sample.stages[at]?.responseTime ?? {}, sample.stages[at]?.count ?? 0),
        ),
      };
    }),
    insights: ['The lowest response times hardly change from 10 to 100 users; what grows is the waiting.'],
  },
  timeline: loads.flatMap((users, at) =>
    Array.from({ length: 70 }, (_, second) => {
      const wave = 1 + 0.25 * ripple(second + at * 7);
      const p50 = (averages[at] ?? 0) * 0.62 * wave * (second < 6 ? 0.5 : 1);
      return {
        stage: at + 1,
        second: at * 72 + second,
        phase: second < 7 ? ('ramp' as const) : second < 67 ? ('steady' as const) : ('drain' as const),
        rate: (rates[at] ?? 0) * wave,
        failed: 0,
        users: second < 7 ? Math.round((users * (second + 1)) / 8) : users,
        inFlight: (stages[at]?.inFlight ?? 0) * wave,
        p50,
        p95: p50 * 4.2,
        p99: p50 * (6 + ripple(second * 3)),
      };
    }),
  ),
  sla: {
    checks: samples.flatMap((sample) =>
      sample.limit === null
        ? []
        : [
            {
              endpoint: sample.name,
              statistic: 'avg',
              limit: sample.limit,
              stages: sample.stages.map((stage) => ({
                stage: stage.stage,
                users: stage.users,
                value: stage.responseTime?.avg ?? null,
                met: (stage.responseTime?.avg ?? 0) <= (sample.limit ?? 0),
              })),
            },
          ],
    ),
    passRate: [8, 8, 1].map((passed, at) => ({
      stage: at + 1,
      users: loads[at] ?? null,
      passed,
      checked: 8,
      share: passed / 8,
      endpointsPassed: passed,
      endpointsChecked: 8,
    })),
    held: false,
    verdict: 'All 8 promises hold at 10 and 50 users; 1 of 8 holds at 100 users.',
    notes: [
      'The promises are about averages: an average can hold while one request in twenty is far slower.',
    ],
  },
  groups: ['posts', 'users', 'albums', 'comments', 'todos'].map((name) => {
    const own = sampleEndpoints.filter((endpoint) => endpoint.group === name);
    const changes = own.map((endpoint) => endpoint.degradation?.change.value ?? 0);
    const worst = own.reduce((a, b) => (a.rank < b.rank ? a : b));
    return {
      name,
      endpoints: own.map((endpoint) => endpoint.name),
      degradation: changes.reduce((sum, each) => sum + each, 0) / own.length,
      worst: { endpoint: worst.name, change: worst.degradation?.change.value ?? 0 },
      stages: loads.map((users, at) => ({
        stage: at + 1,
        users,
        count: own.reduce((sum, endpoint) => sum + (endpoint.stages[at]?.count ?? 0), 0),
        rate: own.reduce((sum, endpoint) => sum + (endpoint.stages[at]?.rate ?? 0), 0),
        errors: 0,
        avg:
          own.reduce((sum, endpoint) => sum + (endpoint.stages[at]?.responseTime?.avg ?? 0), 0) / own.length,
        p95: Math.max(...own.map((endpoint) => endpoint.stages[at]?.responseTime?.p95 ?? 0)),
      })),
    };
  }),
  diagnosis: {
    verdict: 'found',
    statement: 'The endpoints that use the database wait for one shared resource of about 8 places.',
    findings: [
      {
        cause: 'connection-pool',
        title: 'The database connection pool is exhausted',
        endpoints: ['POST /posts', 'PUT /posts/{id}', 'GET /users/{id}'],
        confidence: 'medium',
        estimates: { poolSize: { value: 8, low: 7.6, high: 8.4 } },
        evidence: [
          {
            statement: 'Throughput does not grow from 50 to 100 users.',
            metric: 'throughput at 100 users ÷ at 50 users',
            value: 0.911,
            low: 0.86,
            high: 0.97,
            stages: [2, 3],
          },
          {
            statement: 'The endpoints that share the database are delayed by the same time.',
            metric: 'added delay, slowest ÷ fastest endpoint',
            value: 1.14,
            low: 0.94,
            high: 1.31,
            stages: [2, 3],
          },
          {
            statement: 'On average 8 requests are served at once at the plateau.',
            metric: 'effective parallelism',
            value: 8,
            low: 7.6,
            high: 8.4,
            stages: [3],
          },
        ],
        excluded: [
          { cause: 'cpu-saturation', because: 'the target’s process used 0.3 of its cores at 100 users.' },
          { cause: 'no-keep-alive', because: '98 % of the requests reused a connection.' },
        ],
        disproof: 'A control endpoint without database access that slows down by the same time.',
        remedy: 'Raise the size of the pool step by step, and watch the database’s own waits.',
      },
    ],
    undecided: [
      {
        causes: ['slow-writes', 'lock-contention'],
        title: 'Writes are slower than reads',
        endpoints: ['POST /posts', 'PUT /posts/{id}'],
        evidence: [
          {
            statement: 'Writes take about twice as long as reads at 10 users.',
            metric: 'write ÷ read response time',
            value: 1.9,
            low: 1.5,
            high: 2.4,
            stages: [1],
          },
        ],
        excluded: [{ cause: 'rate-limit', because: 'no answer had status 429.' }],
        experiment: 'Write to one row and to spread rows: loadline diagnose posts.yaml --allow-writes',
      },
    ],
  },
  recommendations: [
    {
      priority: 'critical',
      action: 'Limit the load to 50 concurrent users until a fix is verified',
      because: 'every promise holds at 50 users and seven of eight are missed at 100 users.',
      answers: 'capacity',
      effect: null,
      effort: 'small',
      verify: 'loadline run posts.yaml --users 50 --duration 5m',
    },
    {
      priority: 'critical',
      action: 'Enlarge the database connection pool from about 8 to 16',
      because: 'endpoints that share the pool wait for one of about 8 connections.',
      answers: 'connection-pool',
      effect: {
        metric: 'throughput',
        low: 1,
        high: 2,
        unit: '×',
        model: 'bound: min(m′/m, N/N*), the next resource is not known',
      },
      effort: 'small',
      verify: 'loadline compare before.loadline after.loadline',
    },
    {
      priority: 'high',
      action: 'Find out whether writes wait for a lock',
      because: 'writes take 1.9 times as long as reads before any queue has formed.',
      answers: 'slow-writes',
      effect: null,
      effort: 'medium',
      verify: 'loadline diagnose posts.yaml --allow-writes',
    },
    {
      priority: 'medium',
      action: 'Promise a high percentile instead of the average',
      because: 'the p95 at 50 users is 2.7 times the average that the SLA bounds.',
      answers: 'sla',
      effect: null,
      effort: 'small',
      verify: 'loadline run posts.yaml',
    },
  ],
  readiness: {
    state: 'not-ready',
    met: 1,
    total: 5,
    rows: [
      {
        requirement: 'Concurrent users',
        current: '50 within the SLA',
        target: '200',
        met: false,
        basis: 'measured',
      },
      {
        requirement: 'SLA compliance at 100 users',
        current: '12.5 %',
        target: '95 %',
        met: false,
        basis: 'measured',
      },
      {
        requirement: 'Failure rate',
        current: '0 % (at most 0.17 %)',
        target: '0.1 %',
        met: null,
        basis: 'measured',
      },
      {
        requirement: 'Average response time at 100 users',
        current: '1,122 ms',
        target: '300 ms',
        met: false,
        basis: 'measured',
      },
      { requirement: 'Load balancer', current: 'yes', target: 'yes', met: true, basis: 'declared' },
    ],
    statement:
      'One of five requirements is met; whether failures stay below 0.1 % needs about 3,000 requests.',
  },
  nextSteps: [
    { when: 'now', step: 'Limit the load to 50 concurrent users', command: null },
    {
      when: 'now',
      step: 'Narrow the knee between 50 and 100 users',
      command: 'loadline find posts.yaml --budget 90s',
    },
    {
      when: 'soon',
      step: 'Enlarge the pool and compare',
      command: 'loadline compare before.loadline after.loadline',
    },
    {
      when: 'later',
      step: 'Measure 200 users once the pool is enlarged',
      command: 'loadline run posts.yaml --users 200',
    },
  ],
  conclusion: [
    'Stable: no request failed.',
    'Not ready for more than 50 concurrent users: seven of eight promises are missed at 100.',
    'The likeliest cause is an exhausted connection pool of about 8 connections (medium confidence).',
  ],
  methodology: {
    statements: [
      'Closed model: each user sends a request, waits for the answer, thinks for 1 to 3 s, and sends the next.',
      'Response times are measured from the intended start; requests of the ramp are kept apart.',
    ],
    stages: loads.map((users, at) => ({
      stage: at + 1,
      users,
      askedRate: null,
      spawnRate: [2, 5, 10][at] ?? null,
      rampSeconds: [5, 10, 10][at] ?? null,
      steadySeconds: 60,
      state: 'complete' as const,
    })),
    mix: samples.map((sample) => {
      const weight = sample.method === 'GET' ? 3 : 1;
      return { endpoint: sample.name, weight, asked: weight / 26, sent: weight / 26 + 0.001 };
    }),
    generator: { cores: 2, workers: 1, node: '24.2.0', platform: 'linux x64', seed: 1 },
    differsFrom: {
      run: '20260208T101500Z-posts-api',
      differences: ['This plan has 10 endpoints, that one had 5.', 'The mix of requests differs.'],
    },
    reproduce: 'loadline run posts.yaml --seed 1',
  },
};
