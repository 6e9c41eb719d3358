/**
 * Writes the reference document's own figures as Locust files: `node test/reference/make.ts`. The README beside it
 * says which figure comes from where. What the document does not give is `N/A`; the one thing that had to be found is
 * how many requests each endpoint got, which Locust's format demands.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Endpoint = {
  readonly type: string;
  readonly name: string;
  /** Averages in ms at 10, 50 and 100 users; null: not in the document. */
  readonly avg: readonly [number, number | null, number];
};

/**
 * The averages of the document's SLA table. At 10 users two decimals more than the table shows, from the degradation
 * that the document gives: 900 ms at +1,690 % is 900 / 17.90 = 50.28 ms. `GET /posts/1` has no degradation of its own:
 * 54 stays. `GET /posts?userId=1` stands among the best endpoints only: 1,551 ms at +667 % is 1551 / 7.67 = 202.22 ms,
 * the 202 ms that the range of averages ends with; its average at 50 users is not told.
 */
const endpoints: readonly Endpoint[] = [
  { type: 'GET', name: '/posts', avg: [50.28, 227, 900] },
  { type: 'GET', name: '/posts/1', avg: [54, 194, 674] },
  { type: 'GET', name: '/posts?userId=1', avg: [202.22, null, 1551] },
  { type: 'POST', name: '/posts', avg: [139.86, 409, 2309] },
  { type: 'PUT', name: '/posts/1', avg: [105.58, 749, 1892] },
  { type: 'GET', name: '/comments', avg: [81.98, 144, 1019] },
  { type: 'GET', name: '/users', avg: [178.86, 168, 1100] },
  { type: 'GET', name: '/users/1', avg: [70.41, 260, 1335] },
  { type: 'GET', name: '/albums', avg: [28.69, 277, 465] },
];

type Stage = {
  readonly users: number;
  readonly requests: number;
  /** Requests/s. At 10 users not told: 267 requests in the 60 s that every test ran. */
  readonly rate: number;
  /** Overall average in ms and how far the counts may miss it; null: not in the document. */
  readonly overall: { readonly ms: number; readonly within: number } | null;
  /** Least and greatest of the endpoints' minima and maxima, in ms. */
  readonly minima: readonly [number, number];
  readonly maxima: readonly [number, number];
};

const stages: readonly Stage[] = [
  // 93 ms, and 1,122 ms is +1,107 % of it: 92.96 ± 0.05.
  {
    users: 10,
    requests: 267,
    rate: 4.45,
    overall: { ms: 92.96, within: 0.05 },
    minima: [17, 22],
    maxima: [36, 2354],
  },
  { users: 50, requests: 998, rate: 16.89, overall: null, minima: [15, 18], maxima: [2761, 5759] },
  {
    users: 100,
    requests: 905,
    rate: 15.38,
    overall: { ms: 1122, within: 0.3 },
    minima: [15, 19],
    maxima: [5438, 10602],
  },
];

const header =
  'Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,' +
  'Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%';
const unknown = 'N/A';
const percentiles = Array(11).fill(unknown).join(',');

/** The files' texts by their names. */
export function referenceFiles(): ReadonlyMap<string, string> {
  const mix = mostEvenMix();
  return new Map(stages.map((stage, index) => [`${stage.users}_stats.csv`, fileOf(stage, index, mix)]));
}

/**
 * Shares of the endpoints, the same at all loads as Locust's task weights would make them: those nearest to equal
 * shares that give both overall averages. Least squares with three equations: w = 1/n + Aᵀ(AAᵀ)⁻¹(b − A·1/n).
 */
function mostEvenMix(): readonly number[] {
  const even = 1 / endpoints.length;
  const equations = [
    { row: endpoints.map(() => 1), value: 1 },
    { row: endpoints.map(({ avg }) => avg[0]), value: 92.96 },
    { row: endpoints.map(({ avg }) => avg[2]), value: 1122 },
  ];
  const missing = equations.map(({ row, value }) => value - row.reduce((sum, a) => sum + a * even, 0));
  const gram = equations.map((a) =>
    equations.map((b) => a.row.reduce((sum, x, i) => sum + x * (b.row[i] ?? 0), 0)),
  );
  const factors = solve(gram, missing);
  return endpoints.map(
    (_, i) => even + equations.reduce((sum, { row }, k) => sum + (row[i] ?? 0) * (factors[k] ?? 0), 0),
  );
}

/** Gauss–Jordan with pivoting. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): readonly number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  for (let column = 0; column < rows.length; column += 1) {
    rows.sort((a, b) =>
      rows.indexOf(a) < column || rows.indexOf(b) < column
        ? 0
        : Math.abs(b[column] ?? 0) - Math.abs(a[column] ?? 0),
    );
    const pivot = rows[column] ?? [];
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
      for (let k = column; k < row.length; k += 1) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  return rows.map((row, i) => (row.at(-1) ?? 0) / (row[i] ?? 1));
}

/**
 * Whole counts: the mix rounded down, the rest to the largest remainders; then, while the overall average is missed,
 * the exchange of one request between two endpoints that comes nearest to it.
 */
function countsOf(stage: Stage, index: number, mix: readonly number[]): readonly number[] {
  const wanted = mix.map((share) => share * stage.requests);
  const counts = wanted.map(Math.floor);
  const rest = stage.requests - counts.reduce((sum, n) => sum + n, 0);
  const byRemainder = wanted
    .map((n, i) => ({ i, remainder: n - Math.floor(n) }))
    .sort((a, b) => b.remainder - a.remainder);
  for (const { i } of byRemainder.slice(0, rest)) counts[i] = (counts[i] ?? 0) + 1;
  const { overall } = stage;
  if (overall === null) return counts;
  for (
    let step = 0;
    step < 100 && Math.abs(averageOf(counts, index) - overall.ms) > overall.within;
    step += 1
  ) {
    let best = { from: 0, to: 0, miss: Number.POSITIVE_INFINITY };
    for (const from of counts.keys()) {
      for (const to of counts.keys()) {
        const tried = counts.map((n, i) => n + (i === to ? 1 : 0) - (i === from ? 1 : 0));
        const miss = Math.abs(averageOf(tried, index) - overall.ms);
        if (miss < best.miss) best = { from, to, miss };
      }
    }
    counts[best.from] = (counts[best.from] ?? 0) - 1;
    counts[best.to] = (counts[best.to] ?? 0) + 1;
  }
  return counts;
}

function averageOf(counts: readonly number[], index: number): number {
  const sum = endpoints.reduce((total, { avg }, i) => total + (avg[index] ?? 0) * (counts[i] ?? 0), 0);
  return sum / counts.reduce((total, n) => total + n, 0);
}

function fileOf(stage: Stage, index: number, mix: readonly number[]): string {
  const counts = countsOf(stage, index, mix);
  const known = endpoints.flatMap(({ avg }, i) => (avg[index] == null ? [] : [{ i, ms: avg[index] }]));
  known.sort((a, b) => a.ms - b.ms);
  const fastest = known.at(0)?.i;
  const slowest = known.at(-1)?.i;
  const lines = endpoints.map(({ type, name, avg }, i) => {
    const end = i === fastest ? 0 : i === slowest ? 1 : null;
    const [min, max] = end === null ? [unknown, unknown] : [stage.minima[end], stage.maxima[end]];
    const count = counts[i] ?? 0;
    const rate = (stage.rate * count) / stage.requests;
    return [
      type,
      name,
      count,
      0,
      unknown,
      avg[index] ?? unknown,
      min,
      max,
      unknown,
      rate.toFixed(6),
      0,
      percentiles,
    ].join(',');
  });
  const average = stage.overall === null ? unknown : averageOf(counts, index).toFixed(2);
  const total = [
    '',
    'Aggregated',
    stage.requests,
    0,
    unknown,
    average,
    stage.minima[0],
    stage.maxima[1],
    unknown,
    stage.rate,
    0,
  ];
  return `${[header, ...lines, [...total, percentiles].join(',')].join('\n')}\n`;
}

if (import.meta.main) {
  for (const [name, text] of referenceFiles()) writeFileSync(join(import.meta.dirname, name), text);
}
