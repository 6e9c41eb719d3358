/**
 * How often does a whole diagnosis name the planted cause? Simulated systems with parameters from a seed, the planner's
 * own choice of probes. Run: node bench/diagnosis-accuracy.ts [systems per kind] [kind, or part of it; all] [seconds of budget] [first seed]
 * Rules are tuned on seeds 1 to 8; those of 100 and above are for checking alone.
 */
import { diagnosisTrial } from '../src/analyse/testing/diagnosis-trial.ts';
import { randomSystem, systemKinds } from '../src/analyse/testing/systems/random-system.ts';

const systems = Number(process.argv[2] ?? 1);
const only = process.argv[3] ?? 'all';
const budgetMs = Number(process.argv[4] ?? 240) * 1000;
const firstSeed = Number(process.argv[5] ?? 1);
const sum = {
  right: 0,
  open: 0,
  wrong: 0,
  faults: 0,
  accused: 0,
  healthy: 0,
  unknown: 0,
  outside: 0,
  extra: 0,
};
const sizes = { exact: 0, named: 0, of: 0 };
console.log('| kind | right | open | wrong | else |');
console.log('|---|---|---|---|---|');
for (const kind of systemKinds) {
  if (only !== 'all' && !kind.includes(only)) continue;
  const row = { right: 0, open: 0, wrong: 0 };
  const said: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + systems; seed += 1) {
    const system = randomSystem(kind, seed);
    const { truth } = system;
    const { diagnosis } = diagnosisTrial(system, seed, { budgetMs });
    const causes = diagnosis.findings.map(({ cause }) => cause);
    const [first] = causes;
    const isTrue = (cause: (typeof causes)[number]) =>
      truth.causes.includes(cause) || truth.alsoTrue?.includes(cause) === true;
    const isHealthy = truth.causes.length === 0 && truth.outside !== true;
    const isRight = isHealthy
      ? causes.length === 0
      : truth.outside === true
        ? diagnosis.verdict === 'unknown'
        : first !== undefined && isTrue(first) && causes.some((cause) => truth.causes.includes(cause));
    // Naming only what is true, but not what limits, is no accusation, and no answer either.
    const outcome = isRight ? 'right' : causes.every(isTrue) ? 'open' : 'wrong';
    row[outcome] += 1;
    if (isHealthy) {
      sum.healthy += 1;
      if (!causes.every(isTrue)) sum.accused += 1;
    } else if (truth.outside === true) {
      sum.outside += 1;
      if (isRight) sum.unknown += 1;
    } else {
      sum.faults += 1;
      sum[outcome] += 1;
    }
    const extra = causes.filter((cause) => !isTrue(cause));
    sum.extra += extra.length;
    const pool = diagnosis.findings.find(({ cause }) => cause === 'connection-pool');
    if (pool !== undefined && truth.causes.includes('connection-pool') && (truth.size ?? 99) <= 16) {
      sizes.of += 1;
      if (pool.estimates.size !== undefined) sizes.named += 1;
      if (pool.estimates.size?.value === truth.size) sizes.exact += 1;
    }
    if (outcome !== 'right' || extra.length > 0) {
      const open = diagnosis.undecided.map((u) => u.causes.join('/'));
      said.push(`${seed}: ${diagnosis.verdict} ${[...causes, ...open.map((o) => `(${o})`)].join(' ')}`);
    }
  }
  console.log(`| ${kind} | ${row.right} | ${row.open} | ${row.wrong} | ${said.join(' · ')} |`);
}
console.log(
  `\nfaults: ${sum.right} of ${sum.faults} right, ${sum.open} left open, ${sum.wrong} wrong; ${sum.extra} causes too many`,
);
console.log(
  `healthy: ${sum.accused} of ${sum.healthy} accused; outside the table: ${sum.unknown} of ${sum.outside} unknown`,
);
console.log(`pools of at most 16: ${sizes.exact} of ${sizes.of} sizes exact, ${sizes.named} named`);
