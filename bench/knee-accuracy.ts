/**
 * How near is the knee to the truth? Closed systems of known N* on the ladder 1 … 200, with counted, noisy throughput.
 * Run: node bench/knee-accuracy.ts [systems per row]
 */
import { analyseCapacity } from '../src/analyse/capacity/capacity.ts';
import { kneeTrial } from '../src/analyse/testing/knee-trial.ts';

const systems = Number(process.argv[2] ?? 200);
console.log(
  '| stage | systems | within 10 % | within 20 % | Xmax within 10 % | interval holds N* | no answer | median error |',
);
console.log('|---|---|---|---|---|---|---|---|');
for (const seconds of [4, 10, 30]) {
  const errors: number[] = [];
  let covered = 0;
  let none = 0;
  let rateNear = 0;
  for (let seed = 1; seed <= systems; seed += 1) {
    const trial = kneeTrial(seed, seconds);
    const { knee } = analyseCapacity(trial.measurements, trial.plan, seed);
    if (knee.state !== 'estimated') {
      none += 1;
      continue;
    }
    errors.push(knee.estimate / trial.knee - 1);
    if ((knee.low ?? 0) <= trial.knee && trial.knee <= (knee.high ?? Number.POSITIVE_INFINITY)) covered += 1;
    if (Math.abs((knee.rate?.value ?? 0) / trial.maxRate - 1) <= 0.1) rateNear += 1;
  }
  const near = (limit: number) => errors.filter((e) => Math.abs(e) <= limit).length;
  const share = (n: number) => `${((n / systems) * 100).toFixed(1)} %`;
  const sorted = errors.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  console.log(
    `| ${seconds} s | ${systems} | ${share(near(0.1))} | ${share(near(0.2))} | ${share(rateNear)} | ${share(covered)} | ${share(none)} | ${(median * 100).toFixed(1)} % |`,
  );
}
