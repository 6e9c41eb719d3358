import type { Analysis, Interval } from '../../analyse/analysis.ts';
import { sampleAnalysis } from './sample-analysis.ts';
import { sampleTelemetry } from './sample-telemetry.ts';

type Probes = NonNullable<Analysis['probes']>;
type Search = NonNullable<Analysis['capacity']['search']>;

const near = (value: number, share = 0.06): Interval => ({
  value,
  low: value * (1 - share),
  high: value * (1 + share),
});
const within = (value: number, low: number, high: number): Interval => ({ value, low, high });

const rates = [12.3, 15.9, 14.1, 14.6, 15.2, 14.9] as const;
const over = [0.004, 0.31, 0.031, 0.046, 0.12, 0.068] as const;
const hold = 11.6;

const trials: Search['trials'] = [
  ...sampleAnalysis.stages.map(({ stage, users, seconds, rate, errors, responseTime }) => ({
    stage,
    purpose: 'ladder' as const,
    users,
    askedRate: null,
    seconds,
    rate: rate?.value ?? null,
    errors,
    avg: responseTime?.avg ?? null,
    p95: responseTime?.p95 ?? null,
    over: null,
    kept: stage < 3,
    validity: 'valid' as const,
  })),
  ...[...rates, hold].map((asked, at) => {
    const share = over[at] ?? 0.003;
    return {
      stage: at + 4,
      purpose: at < rates.length ? ('rate' as const) : ('hold' as const),
      users: null,
      askedRate: asked,
      seconds: at < rates.length ? 10 : 30,
      rate: asked * 0.998,
      errors: 0,
      avg: 90 + share * 900,
      p95: 240 + share * 2200,
      over: share,
      kept: share <= 0.05,
      validity: at === 4 ? ('lower-bound' as const) : ('valid' as const),
    };
  }),
];

const search: Search = {
  trials,
  binding: { endpoint: 'GET /posts/{id}', statistic: 'p95', limit: 300, allowed: 0.05 },
  curve: Array.from({ length: 41 }, (_, at) => {
    const rate = 10.5 + at * 0.15;
    return { rate, over: 1 / (1 + 19 * (14.7 / rate) ** 24) };
  }),
  withThinkTime: {
    thinkTime: 2000,
    users: within(35, 32, 39),
    statement: 'With the plan’s pauses of 2 s on average the knee lies at 35 users (32 to 39).',
  },
};

const names = {
  posts: 'GET /posts',
  post: 'GET /posts/{id}',
  write: 'POST /posts',
  albums: 'GET /albums',
  control: 'GET /.loadline-control',
} as const;

type Stage = Probes['stages'][number];
const stage = (
  number: number,
  kind: Stage['kind'],
  name: string,
  because: string,
  load: { readonly users?: number; readonly rate?: number },
  requests: number,
  failed = 0,
): Stage => ({
  stage: number,
  kind,
  name,
  because,
  users: load.users ?? null,
  askedRate: load.rate ?? null,
  seconds: kind === 'hold' ? 30 : 10,
  requests,
  failed,
  state: 'complete',
  validity: 'valid',
  endpoints: [
    {
      endpoint: names.post,
      count: requests - 12,
      rate: requests / 10,
      errors: failed / requests,
      avg: near(71),
    },
  ],
});

const coupling = (
  held: string,
  probed: string,
  added: Interval | null,
  heldAdded: number,
  idle: number,
): Probes['coupling'][number] => ({
  held,
  probed,
  isControl: probed === names.control,
  stage: held === names.post ? 14 : 15,
  idle: near(idle),
  loaded: added === null ? null : near(idle + added.value),
  added,
  heldAdded: near(heldAdded),
  share:
    added === null
      ? null
      : within(added.value / heldAdded, (added.low ?? 0) / heldAdded, (added.high ?? 0) / heldAdded),
  factor: added === null ? null : near((idle + added.value) / idle / 3.9, 0.1),
  tellsApart: probed !== names.posts,
});

const points = (single: number, most: number): Probes['solo'][number]['points'] =>
  [1, 4, 16, 32].map((users, at) => ({
    stage: 10 + at,
    users,
    rate: near(Math.min((users * 1000) / single, most), 0.03),
    avg: near(Math.max(single, (users * 1000) / most), 0.03),
  }));

const probes: Probes = {
  statements: [
    'Before the load 22 single requests were sent: 4 GET /posts, 18 others.',
    '18 further stages took 148 s and 12,840 requests. They are counted in the total of all requests, and in no other section’s figures than those that name them.',
    'The search ended: the budget of 240 s is used up.',
  ],
  stages: [
    ...rates.map((rate, at) =>
      stage(
        at + 4,
        'rate',
        `trial at ${rate} requests/s`,
        'narrows the highest rate within the SLA',
        { rate },
        160,
      ),
    ),
    stage(10, 'hold', `hold at ${hold} requests/s`, 'does the recommended limit hold?', { rate: hold }, 352),
    stage(
      11,
      'single-user',
      '5 endpoints in turn, 1 user',
      'what an answer costs without waiting',
      { users: 1 },
      260,
    ),
    stage(12, 'solo', `${names.post} alone, 16 users`, 'its own limit', { users: 16 }, 1140),
    stage(13, 'solo', `${names.post} alone, 32 users`, 'its own limit', { users: 32 }, 1150),
    stage(
      14,
      'coupling',
      `beside ${names.post} under load, 32 users`,
      'who waits with it?',
      { users: 32 },
      1180,
    ),
    stage(
      15,
      'coupling',
      `beside ${names.write} under load, 32 users`,
      'who waits with it?',
      { users: 32 },
      1170,
      3,
    ),
    stage(16, 'reuse', 'connections used again, 1 user', 'what a new connection costs', { users: 1 }, 140),
    stage(17, 'step', 'the rate 2 ×, 30 requests/s', 'is there a limit of the rate?', { rate: 30 }, 300, 140),
    {
      ...stage(18, 'keys', 'the same key and other keys, 1 user', 'is there a cache?', { users: 1 }, 140),
      validity: 'invalid',
    },
  ],
  notRun: [
    {
      probe: 'Writes to one row and to spread rows',
      because: 'they change data; --allow-writes starts them.',
    },
    { probe: 'More workers of the generator', because: 'no time was left of the budget.' },
  ],
  single: [
    {
      endpoint: names.post,
      isControl: false,
      stage: 11,
      count: 52,
      mean: near(54),
      firstByte: near(52),
      connect: { mean: 0.6, share: 0.02 },
      bytes: 820,
      slowMode: null,
    },
  ],
  solo: [
    {
      endpoint: names.post,
      points: points(54, 148),
      saturation: within(148, 145, 151),
      single: near(54),
      knee: within(8, 7.6, 8.4),
      parallelism: within(8, 7.6, 8.4),
      because: null,
    },
    {
      endpoint: names.albums,
      points: points(29, 900),
      saturation: null,
      single: near(29),
      knee: null,
      parallelism: null,
      because: 'throughput still grew at 32 users',
    },
  ],
  coupling: [
    coupling(names.post, names.posts, within(158, 149, 167), 161, 50),
    coupling(names.post, names.write, within(155, 140, 172), 161, 140),
    coupling(names.post, names.albums, within(1.8, -0.6, 4.1), 161, 29),
    coupling(names.post, names.control, within(0.04, -0.02, 0.1), 161, 0.9),
    coupling(names.write, names.posts, within(151, 139, 162), 310, 50),
    coupling(names.write, names.albums, null, 310, 29),
    coupling(names.write, names.control, within(0.05, -0.03, 0.12), 310, 0.9),
  ],
  reuse: [
    {
      endpoint: names.post,
      reused: near(54),
      fresh: near(55.1),
      ratio: within(1.02, 0.98, 1.06),
      reuseSeen: 0.99,
      connectShare: 0.011,
    },
  ],
  keys: [
    {
      endpoint: names.post,
      sameKey: near(53.6),
      otherKeys: near(54.2),
      ratio: within(0.99, 0.95, 1.03),
      conditional: { notModified: 0.97, mean: near(48.2) },
      identicalBodies: true,
      hasValidators: true,
      hasAge: false,
    },
    {
      endpoint: names.albums,
      sameKey: near(29.4),
      otherKeys: null,
      ratio: null,
      conditional: null,
      identicalBodies: null,
      hasValidators: false,
      hasAge: false,
    },
  ],
  sizes: [
    {
      endpoint: names.posts,
      parameter: 'limit',
      points: [1, 10, 50, 100].map((rows) => ({
        rows,
        bytes: 210 * rows,
        mean: near(4 + 0.46 * rows, 0.04),
      })),
      perRow: within(0.44, 0.41, 0.47),
      perByteUs: within(0.1, 0.02, 0.18),
      fixed: within(4, 3.6, 4.4),
      because: null,
    },
  ],
  rows: [
    {
      endpoint: names.write,
      oneRow: { rate: near(31), mean: near(258) },
      spread: { rate: near(57), mean: near(140) },
    },
  ],
  steps: [
    { stage: 9, factor: 1, okRate: near(14.9, 0.03), errors: 0, responseTime: near(95) },
    { stage: 17, factor: 2, okRate: near(15.6, 0.03), errors: 0.47, responseTime: near(310) },
  ],
  workers: [{ stages: [12, 13], ratio: within(1.01, 0.98, 1.04) }],
};

/** The sample after a search: trials of rates, a hold, a recovery, and every probe. */
export const searchedAnalysis: Analysis = {
  ...sampleAnalysis,
  run: { ...sampleAnalysis.run, id: '20260210T150300Z-posts-api' },
  capacity: {
    ...sampleAnalysis.capacity,
    sla: {
      state: 'estimated',
      estimate: 14.7,
      low: 14.2,
      high: 15.1,
      confidence: 'high',
      method: 'six trials with Poisson arrivals, logistic regression',
      unit: 'requests/s',
      rate: null,
      users: null,
      statement: 'At 14.7 requests/s 5 % of the requests to GET /posts/{id} take longer than 300 ms.',
    },
    recommendedLimit: {
      users: null,
      rate: hold,
      confirmed: true,
      statement:
        'No more than 11.6 requests/s: 0.8 × the highest rate within the SLA; a hold of 30 s kept every promise.',
    },
    recovery: {
      recovered: true,
      stage: 9,
      fromStage: 1,
      statement: 'At 1 user after the heavy load the average is 1.03 × what it was before.',
    },
    search,
  },
  probes,
  telemetry: sampleTelemetry,
};
