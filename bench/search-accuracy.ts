/**
 * How near to the truth is `find`? Whole searches on simulated M/M/m systems behind a constant delay (knees of 1 to 64
 * users, 16 to 2,000 requests/s, an SLA on p95), whose knee and highest rate within the SLA are known in closed form.
 * Run: node bench/search-accuracy.ts [systems per row] [first seed] [budgets in s, with commas]
 */
import { analyse } from '../src/analyse/analyse.ts';
import type { Estimate } from '../src/analyse/analysis.ts';
import { searched, searchTrial } from '../src/analyse/testing/search-trial.ts';

const systems = Number(process.argv[2] ?? 100);
const firstSeed = Number(process.argv[3] ?? 1);
const budgets = (process.argv[4] ?? '90,60,30').split(',').map(Number);

/** Below it a ladder of 30 s holds too few requests for 10 %: 400 at one user and 400 on the plateau. */
const countable = 80;

type Row = { answers: number; near: number; covered: number; halfWidths: number[] };

function rowOf(): Row {
  return { answers: 0, near: 0, covered: 0, halfWidths: [] };
}

function add(row: Row, found: Estimate, truth: number): void {
  if (found.state !== 'estimated') return;
  row.answers += 1;
  if (Math.abs(found.estimate / truth - 1) <= 0.1) row.near += 1;
  const [low, high] = [found.low ?? 0, found.high ?? Number.POSITIVE_INFINITY];
  if (low <= truth && truth <= high) row.covered += 1;
  row.halfWidths.push(high / found.estimate - 1, 1 - low / found.estimate);
}

const share = (part: number, all: number) => (all === 0 ? '–' : `${((part / all) * 100).toFixed(1)} %`);

console.log(
  '| budget | answer | systems | answered | within 10 % | interval holds the truth | median half width | ladder | limit confirmed | recovered |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|');
for (const budget of budgets) {
  const [knee, fastKnee, rate, trusted, plateau] = [rowOf(), rowOf(), rowOf(), rowOf(), rowOf()];
  let fast = 0;
  let [ladderMs, confirmed, recovered, late] = [0, 0, 0, 0];
  for (let seed = firstSeed; seed < firstSeed + systems; seed += 1) {
    const trial = searchTrial(seed);
    const { run, elapsedMs } = searched(trial.system, { budgetMs: budget * 1000, seed });
    const { capacity } = analyse(run);
    add(knee, capacity.knee, trial.knee);
    if (trial.maxRate >= countable) {
      fast += 1;
      add(fastKnee, capacity.knee, trial.knee);
    }
    add(rate, capacity.sla, trial.slaRate);
    if (capacity.knee.state === 'estimated' && capacity.knee.rate !== null) {
      const { value, low, high } = capacity.knee.rate;
      add(plateau, { ...capacity.knee, estimate: value, low, high }, trial.maxRate);
    }
    if (capacity.sla.state === 'estimated' && !capacity.sla.method.endsWith('unreliable'))
      add(trusted, capacity.sla, trial.slaRate);
    const ladder = new Set(
      capacity.search?.trials.flatMap(({ purpose, stage }) => (purpose === 'ladder' ? [stage] : [])),
    );
    ladderMs += Math.max(0, ...run.stages.map((s, i) => (ladder.has(i + 1) ? s.endMs : 0)));
    if (capacity.recommendedLimit?.confirmed === true) confirmed += 1;
    if (capacity.recovery?.recovered === true) recovered += 1;
    if (elapsedMs > budget * 1000) late += 1;
  }
  const line = (name: string, row: Row, of: number, rest: string) => {
    const sorted = row.halfWidths.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    console.log(
      `| ${budget} s | ${name} | ${of} | ${share(row.answers, of)} | ${share(row.near, of)} | ${share(row.covered, row.answers)} | ${(median * 100).toFixed(1)} % | ${rest} |`,
    );
  };
  line('knee', knee, systems, `${(ladderMs / systems / 1000).toFixed(1)} s |  | `);
  line(`knee, of those of ≥ ${countable} requests/s`, fastKnee, fast, ' |  | ');
  line('highest throughput', plateau, systems, ' |  | ');
  line(
    'rate within the SLA',
    rate,
    systems,
    ` | ${share(confirmed, systems)} | ${share(recovered, systems)}`,
  );
  line('the same, not marked unreliable', trusted, trusted.answers, ' |  | ');
  if (late > 0) console.log(`${late} of ${systems} took longer than ${budget} s`);
}
