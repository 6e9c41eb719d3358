import { targetErrors } from '../../measure/target-errors.ts';
import { change, loadName, number, rate, share, stageName, within } from '../../words.ts';
import { rateOf, ratioOf } from '../contrast.ts';
import { type Facts, loadOf } from '../facts.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';

/** Throughput does not only stop: it falls as the load grows beyond its peak, and failures do not explain it. */
export const contentionCollapse: Rule = { causes: ['contention-collapse'], accuse };

/** A stage lies below the peak when it lost at least a tenth, and its interval excludes no loss. */
const leastFall = 0.1;
/** One stage alone must have lost surely this much: the peak is the luckiest of all stages. */
const clearFall = 0.2;
const mostErrors = 0.01;
/** … where fewer stages were made, two of them. */
const fewestStages = 4;

function accuse(facts: Facts): Accusation | null {
  const { sound } = facts;
  if (!facts.recorded || sound.length < 2) return null;
  const rates = sound.map((s) => ({ stage: s, rate: rateOf(s.total) }));
  const peak = rates.reduce((best, r) => ((r.rate?.value ?? 0) > (best.rate?.value ?? 0) ? r : best));
  const beyond = rates.filter((r) => loadOf(r.stage) > loadOf(peak.stage));
  const fallen = beyond.flatMap(({ stage, rate: after }) => {
    const ratio = peak.rate === null || after === null ? null : ratioOf(peak.rate, after);
    const fell = ratio?.high != null && ratio.high < 1 && ratio.value <= 1 - leastFall;
    return fell ? [{ stage, ratio, after: after?.value ?? 0 }] : [];
  });
  const last = fallen.at(-1);
  const top = sound.at(-1);
  if (last === undefined || last.stage !== top || peak.rate === null) return null;
  if (fallen.some((f) => targetErrors(f.stage.total).share > mostErrors)) return null;
  const peakRate = peak.rate.value;
  const evidence = fallen.map((f) =>
    evidenceOf(
      `Throughput fell from ${rate(peakRate)} in ${stageName(peak.stage)} to ${rate(f.after)} in ${stageName(f.stage)} (${change(f.ratio.value - 1)}${within({ value: 0, low: (f.ratio.low ?? 1) - 1, high: (f.ratio.high ?? 1) - 1 }, change)}); ${share(targetErrors(f.stage.total).share)} of the requests failed.`,
      'throughput over its peak',
      f.ratio,
      [peak.stage.stage, f.stage.stage],
    ),
  );
  const enough = sound.length >= fewestStages;
  const clear = fallen.filter(({ ratio }) => (ratio.high ?? 1) <= 1 - clearFall);
  const proven = (enough && (fallen.length >= 2 || clear.includes(last))) || clear.length >= 2;
  const remedy = `Admit no more than about ${loadName(peak.stage)} at once and let the rest wait outside; then look for what gets more expensive per request as more run at once (locks, retries, memory, context switches).`;
  if (!proven) {
    return {
      kind: 'undecided',
      weight: 'fault',
      undecided: {
        causes: ['contention-collapse'],
        title: `Throughput was lower at ${loadName(last.stage)} than at ${loadName(peak.stage)}; ${number(sound.length)} stages cannot show whether it goes on falling`,
        endpoints: [],
        evidence,
        excluded: [],
        experiment: `Run more stages around and beyond ${loadName(peak.stage)}, up and down again. A collapse shows in at least two stages beyond the peak, and the throughput returns on the way down; if it does not return, time and not load is the reason.`,
      },
    };
  }
  return {
    kind: 'found',
    finding: {
      cause: 'contention-collapse',
      title: `Throughput collapses beyond ${loadName(peak.stage)}`,
      endpoints: [],
      confidence: fallen.length >= 3 ? 'high' : 'medium',
      estimates: { 'peak (requests/s)': peak.rate, 'throughput over its peak': last.ratio },
      evidence,
      excluded: [
        {
          cause: 'errors-under-load',
          because: `At most ${share(Math.max(...fallen.map((f) => targetErrors(f.stage.total).share)))} of the requests failed in the stages beyond the peak.`,
        },
      ],
      disproof: `On the way down, back at ${loadName(peak.stage)}, the throughput of the peak does not return.`,
      remedy,
    },
  };
}
