import { type Comparison, comparisonVersion } from '../../analyse/compare/comparison.ts';
import { judge, type Measured } from '../../analyse/compare/line.ts';

type Given = readonly [
  endpoint: string | null,
  metric: Measured['metric'],
  before: number,
  after: number,
  error: number,
];

/** Measured by hand: a value before and after, and the standard error of their difference (of logarithms). */
function measured(users: number, stage: number, [endpoint, metric, before, after, error]: Given): Measured {
  const step = metric === 'errors' ? after - before : Math.log(after / before);
  // 2.074 is t of 22 degrees of freedom; p by the same t would need its distribution, and five steps do here.
  const t = Math.abs(step) / error;
  const p = t > 6 ? 0.00001 : t > 4 ? 0.0006 : t > 3 ? 0.007 : t > 2.074 ? 0.03 : 0.4;
  const blocks = (value: number) =>
    Array.from({ length: 12 }, (_, i) => value * (1 + ((i % 4) - 1.5) * error));
  return {
    ...{ stage, users, askedRate: null, endpoint, metric, before, after, step, p },
    low: step - 2.074 * error,
    high: step + 2.074 * error,
    degreesOfFreedom: 22,
    perBlock: [blocks(before), blocks(after)],
  };
}

const at50: readonly Given[] = [
  [null, 'throughput', 412.5, 409.8, 0.004],
  [null, 'avg', 21.4, 21.9, 0.012],
  [null, 'p95', 48.2, 49.1, 0.02],
  [null, 'errors', 0, 0, 0.0002],
  ['GET /posts', 'avg', 18.2, 18.1, 0.014],
  ['GET /posts', 'p95', 39.5, 40.2, 0.03],
  ['POST /posts', 'avg', 31.5, 32.6, 0.06],
  ['POST /posts', 'p95', 70.1, 74.8, 0.09],
];
const at100: readonly Given[] = [
  [null, 'throughput', 798.1, 702.4, 0.008],
  [null, 'avg', 25.3, 33.8, 0.02],
  [null, 'p95', 61.8, 92.4, 0.03],
  [null, 'errors', 0.0002, 0.0121, 0.0018],
  ['GET /posts', 'avg', 20.9, 18.1, 0.02],
  ['GET /posts', 'p95', 47.4, 47.9, 0.03],
  ['POST /posts', 'avg', 38.4, 81, 0.04],
  ['POST /posts', 'p95', 96.2, 214.5, 0.05],
];

const lines = judge([
  ...at50.map((given) => measured(50, 1, given)),
  ...at100.map((given) => measured(100, 2, given)),
]);
const counted = (verdict: string) => lines.filter((line) => line.verdict === verdict).length;

const run = {
  name: 'shop',
  target: 'http://127.0.0.1:3000',
  state: 'complete',
  source: 'loadline 0.1.0',
} as const;

/** A comparison written by hand: a release that made writes slow under load, and one read faster. */
export const sampleComparison: Comparison = {
  kind: 'comparison',
  version: comparisonVersion,
  tool: { name: 'loadline', version: '0.1.0' },
  verdict: 'regressed',
  statement: 'It got worse: p95 of POST /posts at 100 users +123 %. Of 16 lines: some regressed.',
  counts: {
    regressed: counted('regressed'),
    improved: counted('improved'),
    equivalent: counted('equivalent'),
    inconclusive: counted('inconclusive'),
  },
  before: [{ ...run, id: '20260210-101500-shop', when: '2026-02-10T10:15:00.000Z' }],
  after: [{ ...run, id: '20260210-111500-shop', when: '2026-02-10T11:15:00.000Z' }],
  differences: [],
  warnings: ['One run a side: what differs between runs by itself is not known.', 'Node: 24.0.0 → 24.1.0.'],
  stages: [
    {
      ...{ stage: 1, users: 50, askedRate: null, state: 'compared', because: [] },
      blocks: { before: 12, after: 12, leftOut: 0 },
    },
    {
      ...{ stage: 2, users: 100, askedRate: null, state: 'compared' },
      because: [
        '2 blocks of 12 left out (after, run 20260210-111500-shop): the generator failed its checks.',
      ],
      blocks: { before: 12, after: 10, leftOut: 2 },
    },
    {
      ...{ stage: 3, users: 200, askedRate: null, state: 'not-compared' },
      because: ['Not used after, run 20260210-111500-shop: No request ended.'],
      blocks: { before: 12, after: 0, leftOut: 0 },
    },
  ],
  lines,
  method: ['Unit are blocks of time of the steady parts.'],
};
