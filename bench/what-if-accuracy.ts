/**
 * How often does the predicted interval hold what a fix really brings? Simulated systems of a pool and a processor, the
 * fix applied to them and measured again. Run: node bench/what-if-accuracy.ts [systems per fix]
 */
import { type Fix, fixes, fixOutcomes } from '../src/analyse/testing/fix-trial.ts';

const systems = Number(process.argv[2] ?? 10);
console.log(
  '| fix | loads | covered | high/outcome, median | unbounded | expected within 10 % | no prediction |',
);
console.log('|---|---|---|---|---|---|---|');
const all = { loads: 0, covered: 0 };
for (const fix of fixes satisfies readonly Fix[]) {
  let [loads, covered, none, unbounded, modelled, near] = [0, 0, 0, 0, 0, 0];
  const looseness: number[] = [];
  for (let seed = 1; seed <= systems; seed += 1) {
    const rows = fixOutcomes(fix, seed);
    if (rows.length === 0) none += 1;
    for (const { low, high, expected, outcome, isCovered } of rows) {
      loads += 1;
      if (isCovered) covered += 1;
      else if (process.argv[3] === 'misses') console.error(fix, seed, { low, high, outcome });
      if (high === null) unbounded += 1;
      else looseness.push(high / outcome.value);
      if (expected === null) continue;
      modelled += 1;
      if (Math.abs(expected / outcome.value - 1) <= 0.1) near += 1;
    }
  }
  all.loads += loads;
  all.covered += covered;
  const share = (n: number, of: number) => (of === 0 ? '–' : `${((n / of) * 100).toFixed(1)} %`);
  const median = looseness.toSorted((a, b) => a - b)[Math.floor(looseness.length / 2)];
  console.log(
    `| ${fix} | ${loads} | ${share(covered, loads)} | ${median?.toFixed(2) ?? '–'} | ${unbounded} | ${share(near, modelled)} of ${modelled} | ${none} |`,
  );
}
console.log(
  `| all | ${all.loads} | ${((all.covered / Math.max(1, all.loads)) * 100).toFixed(1)} % | | | | |`,
);
