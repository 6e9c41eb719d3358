/**
 * How often does a comparison err? Simulated M/M/1 queues, nothing changed (A/A): the share of whole comparisons that
 * say "regressed" or "improved" of any line; the same with a response time that is really 20 % longer: the share that
 * says "regressed". Every row has its own fixed seeds.
 * Run: node bench/compare-accuracy.ts [comparisons per row]
 */
import { type CompareSetting, compareTrial } from '../src/analyse/testing/compare-trial.ts';

const comparisons = Number(process.argv[2] ?? 100);
const systems = [
  { serviceMs: 10, seconds: 60, utilisations: [0.5, 0.7, 0.8, 0.9] },
  { serviceMs: 2, seconds: 60, utilisations: [0.5, 0.7, 0.9] },
  { serviceMs: 50, seconds: 120, utilisations: [0.5, 0.9] },
  { serviceMs: 2, seconds: 60, utilisations: [0.5], runToRun: 0.02 },
  { serviceMs: 2, seconds: 60, utilisations: [0.5], runToRun: 0.05 },
];
const rows = systems.flatMap(({ utilisations, ...system }) =>
  [1, 3].flatMap((runsPerSide) =>
    utilisations.map((utilisation): CompareSetting => ({ ...system, runsPerSide, utilisation })),
  ),
);

console.log(
  '| service | stage | between runs | runs a side | utilisation | A/A: false alarms (regressed) | A/A: equivalent lines | 20 % slower: regressed | smallest p95 change seen |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
let alarms = 0;
for (const row of rows) {
  let changed = 0;
  let regressed = 0;
  let seen = 0;
  let lines = 0;
  let equivalent = 0;
  const smallest: number[] = [];
  for (let seed = 1; seed <= comparisons; seed += 1) {
    const { same, slower } = compareTrial(row, seed);
    if (same.verdict === 'regressed' || same.verdict === 'improved') changed += 1;
    if (same.verdict === 'regressed') regressed += 1;
    lines += same.lines.length;
    equivalent += same.counts.equivalent;
    smallest.push(same.lines.find(({ metric }) => metric === 'p95')?.smallest ?? Number.NaN);
    if (slower.verdict === 'regressed') seen += 1;
  }
  alarms += changed;
  const share = (n: number, of = comparisons) => `${((n / of) * 100).toFixed(1)} %`;
  const median = smallest.toSorted((a, b) => a - b)[Math.floor(comparisons / 2)] ?? Number.NaN;
  console.log(
    `| ${row.serviceMs} ms | ${row.seconds} s | ${share(row.runToRun ?? 0, 1)} | ${row.runsPerSide} | ${row.utilisation} | ${share(changed)} (${share(regressed)}) | ${share(equivalent, lines)} | ${share(seen)} | ${share(median, 1)} |`,
  );
}
console.log(`\nfalse alarms in all: ${alarms} of ${comparisons * rows.length} comparisons`);
