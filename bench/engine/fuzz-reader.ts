/**
 * Differential fuzz of the response reader against Node's own HTTP parser: legal and illegal answers, mutated. Every
 * answer that only one of them takes must have its explanation, and be one that Loadline refuses; exit 1 otherwise.
 *
 *   node bench/engine/fuzz-reader.ts [inputs=1000000] [seed=1]
 */
import { explanations, fuzzAnswers } from '../../src/load/testing/answer-fuzz.ts';

const inputs = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
const tally = await fuzzAnswers(inputs, seed);
const stricter = [...tally.stricter].sort(([, a], [, b]) => b.count - a.count);
const sum = stricter.reduce((all, [, { count }]) => all + count, 0);
process.stdout.write(
  `${tally.inputs} answers, seed ${seed}: both read ${tally.bothRead} alike, both reject ${tally.bothReject}, Loadline alone rejects ${sum}, unexplained ${tally.unexplained.length}\n\nLoadline is stricter, because:\n`,
);
for (const [reason, { count, example }] of stricter)
  process.stdout.write(
    `${String(count).padStart(8)}  ${reason}\n          ${explanations[reason] ?? 'NOT EXPLAINED'}\n          such as ${JSON.stringify(example.slice(0, 160))}\n`,
  );
for (const odd of tally.unexplained.slice(0, 30))
  process.stdout.write(`UNEXPLAINED ${JSON.stringify(odd)}\n`);
if (tally.unexplained.length > 0) process.exitCode = 1;
